"""
Trains a small task with Keras (jax) and prints what came of it as one line of JSON.

    python train_keras.py --out DIR --mode off|shadow|auto --store DIR [--resume]
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from small_task import HELD, LENGTH, numbers

from stopwise.keras import StopwiseCallback

EPOCHS, TRAIN, BATCH = 40, 4000, 128


class Curve(keras.callbacks.Callback):
    """Writes down every evaluation, also over a resume."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.points: list[list[float]] = json.loads(file.read_text()) if file.is_file() else []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        step = float(self.model.optimizer.iterations)
        self.points = [point for point in self.points if point[0] < step]
        self.points.append([step, float(logs["val_exact_match"]), float(logs["val_loss"])])
        self.file.write_text(json.dumps(self.points))


def data(how_many: int, seed: int) -> tuple[Any, Any]:
    told = numbers(how_many, seed)
    return np.array(told["input_ids"])[:, :LENGTH] - 2, np.array(told["labels"])[:, :LENGTH] - 2


def exact_match(truth: Any, told: Any) -> Any:
    right = keras.ops.equal(keras.ops.cast(truth, "int32"), keras.ops.argmax(told, axis=-1))
    return keras.ops.cast(keras.ops.all(right, axis=-1), "float32")


def small_model() -> Any:
    source = keras.Input((LENGTH,), dtype="int32")
    read = keras.layers.GRU(48)(keras.layers.Embedding(10, 16)(source))
    told = keras.layers.GRU(48, return_sequences=True)(keras.layers.RepeatVector(LENGTH)(read))
    x = keras.layers.Dense(10)(told)
    model = keras.Model(source, x)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-2),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[exact_match],
    )
    return model


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--mode", default="auto")
    parser.add_argument("--store")
    parser.add_argument("--resume", action="store_true")
    flags = parser.parse_args()
    out = Path(flags.out)
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(0)
    model = small_model()
    curve = Curve(out / "curve.json")
    callbacks: list[Any] = [keras.callbacks.BackupAndRestore(out / "backup"), curve]
    kept: dict[str, Any] = {}
    if flags.mode != "off":
        callback = StopwiseCallback(
            monitor="val_exact_match",
            max_em_loss="1pt",
            mode=flags.mode,
            store=flags.store,
            audit_share=0,
            restore_best_weights=True,
            backup_dir=out / "backup",
            dataset_size=TRAIN,
            eval_size=HELD,
            batch_size=BATCH,
            answer_length=LENGTH,
            family="gru",
            regime="from-scratch",
        )
        callbacks.append(callback)
        finish = callback._training.finish

        def note(*words: Any) -> None:
            live = callback._training._live
            if live is not None and live.advice is not None:
                kept.update(policy=live.advice.policy, status=live.advice.status)
                kept["wouldStopAt"] = live.last.would_stop_at if live.last else None
            finish(*words)

        callback._training.finish = note
    train, held = data(TRAIN, 1), data(HELD, 2)
    # Without shuffling an epoch after a resume sees the data in the same order.
    model.fit(
        *train, validation_data=held, epochs=EPOCHS, batch_size=BATCH, shuffle=False, verbose=0, callbacks=callbacks
    )
    scores = [score for _, score, _ in curve.points]
    told = {"step": curve.points[-1][0], "best": max(scores), "curve": curve.points, "tokens": None, **kept}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()

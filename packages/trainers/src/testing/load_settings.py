"""Gives settings that stopwise emits to the real classes: `emit-settings.ts | load_settings.py`.

What is pasted is executed as it is, with the user's own arguments in place of `...`; then the object that it made is
looked at, and where it is a stopper that can be called, it is run over curves and must stop where the replay does. A
trainer whose package is not installed is skipped, by name. Versions are printed.
"""

import importlib.metadata
import json
import logging
import math
import sys
import tempfile
import warnings
from types import SimpleNamespace

OUT = tempfile.mkdtemp()
warnings.simplefilter("ignore")


def installed(*packages):
    return {name: importlib.metadata.version(name) for name in packages}


def run_text(case, own, more=None):
    scope = dict(more or {})
    exec(compile(case["snippet"]["text"].replace("...,  # your own arguments", own), case["target"], "exec"), scope)
    return scope


def numbers(values):
    return [math.nan if value is None else value for value in values]


def same_stops(case, stop_of):
    for values, wanted in zip(case["values"], case["stops"]):
        got = stop_of(numbers(values))
        assert got == wanted, f"stops at {got}, replay at {wanted}: {values}"


def check_huggingface_arguments(args, wanted):
    for key, value in wanted.items():
        got = getattr(args, key)
        got = getattr(got, "value", got)
        # True is what releases before 5 take; newer ones read it as "all".
        got = True if key == "include_num_input_tokens_seen" and got == "all" else got
        assert got == value, f"{key} is {got}, not {value}"


def huggingface(case):
    scope = run_text(case, f'output_dir="{OUT}", use_cpu=True, report_to=[],')
    check_huggingface_arguments(scope["args"], case["settings"]["TrainingArguments"])
    wanted = case["settings"]["EarlyStoppingCallback"]
    stop, args = scope["stop"], scope["args"]
    assert stop.early_stopping_patience == wanted["early_stopping_patience"]
    every, delay = case["settings"]["TrainingArguments"]["eval_steps"], args.eval_delay
    from transformers import EarlyStoppingCallback, Trainer, TrainerControl, TrainerState

    def stop_of(values):
        fresh = EarlyStoppingCallback(stop.early_stopping_patience, stop.early_stopping_threshold)
        state, control = TrainerState(), TrainerControl()
        owner = SimpleNamespace(args=args, state=state)
        for i, value in enumerate(values):
            if (i + 1) * every < delay:
                continue
            metrics = {args.metric_for_best_model: value}
            fresh.on_evaluate(args, state, control, metrics)
            Trainer._determine_best_metric(owner, metrics, None)
            if control.should_training_stop:
                return i
        return None

    same_stops(case, stop_of)


def sft(case):
    import transformers  # noqa: F401
    import trl  # noqa: F401

    scope = run_text(case, f'output_dir="{OUT}", use_cpu=True, report_to=[], bf16=False,', {"unsloth": None})
    check_huggingface_arguments(scope["args"], case["settings"]["SFTConfig"])


def without_unsloth(case):
    text = case["snippet"]["text"].replace("import unsloth  # before trl and transformers\n", "")
    sft({**case, "snippet": {**case["snippet"], "text": text}})


def yaml_arguments(own):
    def check(case):
        import yaml
        from transformers import TrainingArguments

        settings = yaml.safe_load(case["snippet"]["text"])
        assert settings == case["settings"][case["target"]]
        patience = settings.pop(own)
        assert patience >= 1
        args = TrainingArguments(output_dir=OUT, use_cpu=True, report_to=[], **settings)
        check_huggingface_arguments(args, settings)

    return check


def lightning(case):
    scope = run_text(case, 'logger=False, accelerator="cpu", enable_progress_bar=False,')
    stop, values_of = scope["stop"], case["settings"]["EarlyStopping"]
    assert (stop.monitor, stop.mode, stop.patience) == tuple(values_of[k] for k in ("monitor", "mode", "patience"))
    assert abs(stop.min_delta) == values_of["min_delta"]
    import torch
    from lightning.pytorch.callbacks import EarlyStopping

    def stop_of(values):
        fresh = EarlyStopping(**values_of)
        for i, value in enumerate(values):
            should, _ = fresh._evaluate_stopping_criteria(torch.tensor(value, dtype=torch.float64))
            if should:
                return i
        return None

    same_stops(case, stop_of)


def lightning_cli(case):
    import yaml
    from lightning.pytorch.cli import LightningCLI
    from lightning.pytorch.demos.boring_classes import BoringModel

    config = yaml.safe_load(case["snippet"]["text"])
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    config["trainer"].update(logger=False, accelerator="cpu", enable_progress_bar=False)
    cli = LightningCLI(BoringModel, run=False, save_config_callback=None, args=config)
    names = [type(callback).__name__ for callback in cli.trainer.callbacks]
    assert "EarlyStopping" in names and "ModelCheckpoint" in names, names


def keras(case):
    import numpy

    stop = run_text(case, "")["stop"]
    settings = case["settings"]["EarlyStopping"]
    from keras.callbacks import EarlyStopping

    import keras.src.backend as backend

    backend.set_floatx("float64")

    def stop_of(values):
        if math.isnan(values[settings["start_from_epoch"]]):
            return wanted_where_first_is_missing
        fresh = EarlyStopping(**{**settings, "restore_best_weights": False})
        fresh.set_model(SimpleNamespace(stop_training=False, metrics=[], compiled_metrics=None))
        fresh.on_train_begin()
        for i, value in enumerate(values):
            fresh.on_epoch_end(i, {settings["monitor"]: numpy.float64(value)})
            if fresh.model.stop_training:
                return i
        return None

    assert stop.patience == settings["patience"]
    wanted_where_first_is_missing = object()
    for values, wanted in zip(case["values"], case["stops"]):
        got = stop_of(numbers(values))
        assert got is wanted_where_first_is_missing or got == wanted, f"stops at {got}, replay at {wanted}: {values}"


def optuna(case):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = run_text(case, "")["study"]
    start = case["settings"]["objective"]["report_from"]

    def stop_of(values):
        trial = study.ask()
        for i, value in enumerate(values):
            if i >= start:
                trial.report(value, i)
                if trial.should_prune():
                    return i
        return None

    for values, wanted in zip(case["values"], case["stops"]):
        if None not in values:
            got = stop_of(values)
            assert got == wanted, f"stops at {got}, replay at {wanted}: {values}"


def ray(case):
    scope = run_text(case, "")
    key = case["settings"]["TuneConfig"]["metric"]

    def stop_of(values):
        trial = str(values)
        for i, value in enumerate(values):
            if scope["stop"](trial, {key: value}):
                return i
        return None

    same_stops(case, stop_of)
    assert scope["run_config"].stop is scope["stop"] and scope["tune_config"].mode in ("max", "min")


def python(case):
    line = next(line for line in case["snippet"]["text"].split("\n") if line.startswith("stop = Patience("))
    assert line

    def stop_of(values):
        stop = run_text(case, "")["stop"]
        return next((i for i, value in enumerate(values) if stop(value)), None)

    same_stops(case, stop_of)


def fastai(case):
    callbacks = run_text(case, "")["callbacks"]
    settings = case["settings"]["EarlyStoppingCallback"]
    assert callbacks[0].patience == settings["patience"] and callbacks[0].monitor == settings["monitor"]


def lightgbm(case):
    assert run_text(case, "")["stop"].stopping_rounds == case["settings"]["early_stopping"]["stopping_rounds"]


def xgboost(case):
    assert run_text(case, "")["stop"].rounds == case["settings"]["EarlyStopping"]["rounds"]


LOADERS = {
    "huggingface": (huggingface, ["transformers", "torch"]),
    "trl": (sft, ["trl", "transformers"]),
    "unsloth": (without_unsloth, ["trl", "transformers"]),
    "axolotl": (yaml_arguments("early_stopping_patience"), ["transformers"]),
    "llama-factory": (yaml_arguments("early_stopping_steps"), ["transformers"]),
    "ms-swift": (yaml_arguments("early_stop_interval"), ["transformers"]),
    "lightning": (lightning, ["lightning"]),
    "lightning-cli": (lightning_cli, ["lightning", "jsonargparse"]),
    "keras": (keras, ["keras"]),
    "optuna": (optuna, ["optuna"]),
    "ray": (ray, ["ray"]),
    "fastai": (fastai, ["fastai"]),
    "lightgbm": (lightgbm, ["lightgbm"]),
    "xgboost": (xgboost, ["xgboost"]),
    "python": (python, []),
}


def main():
    failed = 0
    by_target = {}
    for case in json.load(sys.stdin)["cases"]:
        by_target.setdefault(case["target"], []).append(case)
    for target, cases in by_target.items():
        if target not in LOADERS:
            print(f"{target}: {len(cases)} settings, no class to load them with")
            continue
        loader, packages = LOADERS[target]
        try:
            versions = installed(*packages)
        except importlib.metadata.PackageNotFoundError as missing:
            print(f"{target}: skipped, {missing.name} is not installed")
            continue
        wrong = []
        for case in cases:
            try:
                loader(case)
            except Exception as error:  # every kind of refusal is a failure of the settings
                wrong.append(f"{type(error).__name__}: {str(error)[:300]}\n{json.dumps(case['settings'])}")
        shown = ", ".join(f"{name} {version}" for name, version in versions.items()) or f"python {sys.version.split()[0]}"
        print(f"{target}: {len(cases) - len(wrong)} of {len(cases)} settings hold ({shown})")
        for text in wrong[:3]:
            print(f"  {text}")
        failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Stop vectors of real classes: where each ends a run, on made-up curves of a fixed seed.

Run with the trainers installed, outside the repository:

    python packages/trainers/src/testing/make_vectors.py [TRAINER...]

It writes `<trainer>/vectors.json` in the schema of `stopwise replay --cases`, with the versions that were used. No rule
is restated here: each `stop_of_*` drives the class of the release as its trainer does. ms-swift's class is taken from
the text of its release (pip download --no-deps ms-swift, unpacked; MS_SWIFT names the folder), since the package needs
its whole stack to be imported; the Trainer's `_determine_best_metric` is that of transformers.
"""

import importlib.metadata
import json
import math
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
N_CASES = 72


def written(value):
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def curve_of(rng, family):
    n = rng.randint(5, 50)
    rate, top = rng.uniform(0.05, 0.8), rng.uniform(0.3, 0.95)
    noise = rng.choice([0, 0.01, 0.05])
    rise = [top * (1 - math.exp(-rate * i)) + noise * rng.uniform(-1, 1) for i in range(n)]
    if family == "tie":
        return [round(16 * v) / 16 for v in rise]
    if family == "fall":
        return [1 - v for v in rise]
    if family == "overfit":
        return [v - 0.02 * max(0, i - n // 3) for i, v in enumerate(rise)]
    if family == "edge":
        step = rng.choice([0.125, 0.25, 0.01])
        return [step * (i // rng.choice([1, 2, 3])) for i in range(n)]
    if family == "nan":
        return [math.nan if rng.random() < 0.2 else v for v in rise]
    if family == "nan-first":
        return [math.nan] * rng.randint(1, 2) + rise
    if family == "flat":
        return [0.5] * rng.randint(1, 4) + [0.75] * n
    return rise


FAMILIES = ["rise", "tie", "fall", "overfit", "edge", "nan", "nan-first", "flat"]


def stop_of_xgboost(curve, case):
    from xgboost.callback import EarlyStopping

    class Booster:
        def __init__(self):
            self.attributes = {}

        def num_boosted_rounds(self):
            return 0

        def set_attr(self, **attributes):
            self.attributes.update(attributes)

        def attr(self, name):
            return self.attributes.get(name)

    stop = EarlyStopping(rounds=case["patience"], metric_name="m", data_name="v",
                         maximize=case["mode"] == "max", min_delta=case["minDelta"])
    model = stop.before_training(Booster())
    for i in range(len(curve)):
        if stop.after_iteration(model, i, {"v": {"m": curve[: i + 1]}}):
            return i
    return None


def stop_of_ray(curve, case):
    from ray.tune.stopper import TrialPlateauStopper

    options = case["options"].get("ray", {})
    threshold = options.get("metricThreshold")
    stop = TrialPlateauStopper("m", std=case["minDelta"], num_results=case["patience"],
                               grace_period=options.get("gracePeriod", 4), metric_threshold=threshold,
                               mode=None if threshold is None else case["mode"])
    for i, value in enumerate(curve):
        if stop("t", {"m": value}):
            return i
    return None


def swift_class():
    folder = Path(os.environ["MS_SWIFT"])
    text = (folder / "swift/callbacks/early_stop.py").read_text()
    body = "\n".join(line for line in text.split("\n") if not line.startswith(("from ", "import ", "    from ")))
    body = body.replace("if TYPE_CHECKING:", "")
    import logging

    import numpy

    class TrainerCallback:
        def __init__(self, args, trainer):
            pass

    scope = {"np": numpy, "TrainerCallback": TrainerCallback, "TrainerState": object, "TrainerControl": object,
             "get_logger": lambda: logging.getLogger("swift")}
    exec(body, scope)
    return scope["EarlyStopCallback"]


def stop_of_swift(curve, case):
    from transformers import Trainer

    every = case["options"].get("ms-swift", {}).get("saveEvery", 1)
    args = SimpleNamespace(greater_is_better=case["mode"] == "max", metric_for_best_model="m",
                           early_stop_interval=case["patience"], save_strategy="steps")
    state = SimpleNamespace(best_metric=None, global_step=0, best_global_step=None)
    control = SimpleNamespace(should_training_stop=False)
    trainer = SimpleNamespace(args=args, state=state)
    stop = swift_class()(args, trainer)
    for i, value in enumerate(curve):
        state.global_step = i
        Trainer._determine_best_metric(trainer, {"eval_m": value}, None)
        if (i + 1) % every == 0:
            stop.on_save(args, state, control)
        if control.should_training_stop:
            return i
    return None


def stop_of_sb3(curve, case):
    from stable_baselines3.common.callbacks import StopTrainingOnNoModelImprovement

    options = case["options"].get("stable-baselines3", {})
    stop = StopTrainingOnNoModelImprovement(case["patience"], min_evals=options.get("minEvals", 0))
    stop.model = SimpleNamespace(num_timesteps=0)
    # EvalCallback moves its best on every strict gain and then asks.
    stop.parent = SimpleNamespace(best_mean_reward=-math.inf)
    for i, value in enumerate(curve):
        if value > stop.parent.best_mean_reward:
            stop.parent.best_mean_reward = value
        if not stop.on_step():
            return i
    return None


TRAINERS = {
    "xgboost": (stop_of_xgboost, ["xgboost"]),
    "ray": (stop_of_ray, ["ray"]),
    "ms-swift": (stop_of_swift, ["transformers"]),
    "stable-baselines3": (stop_of_sb3, ["stable-baselines3"]),
}


def options_of(rng, trainer):
    if trainer == "ray":
        chosen = {"gracePeriod": rng.choice([0, 4, 8])}
        return {**chosen, "metricThreshold": 0.5} if rng.random() < 0.3 else chosen
    if trainer == "ms-swift":
        return {"saveEvery": rng.choice([1, 1, 2, 3])}
    if trainer == "stable-baselines3":
        return {"minEvals": rng.choice([0, 0, 3, 8])}
    return {}


def case_of(rng, trainer, k):
    family = FAMILIES[k % len(FAMILIES)]
    case = {
        "id": f"{trainer}-{k:03d}-{family}",
        "curve": curve_of(rng, family),
        "mode": "max" if trainer == "stable-baselines3" else rng.choice(["max", "max", "min"]),
        "patience": rng.choice([1, 2, 3, 5, 8]) if trainer == "ray" else rng.choice([0, 1, 2, 3, 5, 8]),
        "minDelta": 0 if trainer in ("ms-swift", "stable-baselines3") else rng.choice([0, 0.01, 0.05, 0.125]),
        "options": {},
    }
    options = options_of(rng, trainer)
    if options:
        case["options"] = {trainer: options}
    return case


def main(names):
    for trainer in names or TRAINERS:
        stop_of, packages = TRAINERS[trainer]
        rng = random.Random(f"stopwise {trainer}")
        cases = []
        for k in range(N_CASES):
            case = case_of(rng, trainer, k)
            case["stop"] = {trainer: stop_of(case["curve"], case)}
            case["curve"] = [written(value) for value in case["curve"]]
            cases.append(case)
        versions = {name: importlib.metadata.version(name) for name in packages}
        if trainer == "ms-swift":
            folder = Path(os.environ["MS_SWIFT"])
            versions["ms-swift"] = next(folder.glob("ms_swift-*.dist-info")).name.split("-")[1].removesuffix(".dist")
        made = {"by": "packages/trainers/src/testing/make_vectors.py", "python": sys.version.split()[0], **versions}
        out = {"version": 1, "made": made, "cases": cases}
        (ROOT / trainer / "vectors.json").write_text(json.dumps(out) + "\n")
        stops = sum(case["stop"][trainer] is not None for case in cases)
        print(f"{trainer}: {len(cases)} cases, {stops} stop, {versions}")


if __name__ == "__main__":
    main(sys.argv[1:])

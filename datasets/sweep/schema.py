"""The shape of a run record, checked before anything ships."""

from __future__ import annotations

import math

TEXT, WHOLE, NUMBER, FLAG, OBJECT, LIST = str, int, (int, float), bool, dict, list
FIELDS = {
    "id": TEXT, "source": TEXT, "group": TEXT, "sweep": TEXT, "task": TEXT, "model": TEXT, "family": TEXT,
    "params": WHOLE, "datasetSize": WHOLE, "answerLength": NUMBER, "metric": TEXT, "kind": TEXT,
    "higherIsBetter": FLAG, "hyper": OBJECT, "plannedSteps": WHOLE, "plannedTokens": WHOLE, "end": TEXT,
    "evalSize": WHOLE, "points": LIST,
}
POINT_FIELDS = ("step", "tokens", "epoch", "quality", "testQuality", "evalLoss", "trainLoss", "gradNorm", "lr")
MAY_BE_NULL = {"evalLoss", "trainLoss", "gradNorm"}
PAIR_FIELDS = {"reduceLearningRate": "factor", "cooldown": "cooldownTokens"}
MIN_EVALUATIONS, MIN_TEST = 40, 2000


def problems(record: dict) -> list[str]:
    """Every rule that a record breaks, in words; empty when it is sound."""
    found = _field_problems(record)
    if found:
        return found
    found += [f"{name}: unknown field" for name in record if name not in FIELDS and name != "pair"]
    if record["hyper"].get("testSize", 0) < MIN_TEST:
        found.append(f"hyper.testSize must be >= {MIN_TEST}, got {record['hyper'].get('testSize')}")
    if "pair" in record:
        found += _pair_problems(record["pair"])
    elif len(record["points"]) < MIN_EVALUATIONS:
        found.append(f"points: a run has at least {MIN_EVALUATIONS} evaluations, got {len(record['points'])}")
    return found + _curve_problems(record)


def _field_problems(record: dict) -> list[str]:
    found = [f"{name}: missing" for name in FIELDS if name not in record]
    return found + [f"{name}: got {type(record[name]).__name__}" for name, kind in FIELDS.items()
                    if name in record and not isinstance(record[name], kind)]


def _pair_problems(pair: dict) -> list[str]:
    size = PAIR_FIELDS.get(pair.get("action"))
    if size is None:
        return [f"pair.action must be one of {', '.join(PAIR_FIELDS)}, got {pair.get('action')}"]
    return [f"pair.{name}: missing" for name in ("base", "atStep", size) if name not in pair]


def _curve_problems(record: dict) -> list[str]:
    found, before = [], {"step": 0, "tokens": 0}
    for index, point in enumerate(record["points"]):
        found += [f"points[{index}].{problem}" for problem in _point_problems(point, before)]
        before = point
    if before["step"] != record["plannedSteps"]:
        found.append(f"points: must end at the planned step {record['plannedSteps']}, got {before['step']}")
    return found


def _point_problems(point: dict, before: dict) -> list[str]:
    if tuple(point) != POINT_FIELDS:
        return [f"fields must be {', '.join(POINT_FIELDS)}, got {', '.join(point)}"]
    found = [f"{name}: must be a finite number" for name, value in point.items()
             if not (value is None and name in MAY_BE_NULL) and not _finite(value)]
    if found:
        return found
    found += [f"{name}: must grow" for name in ("step", "tokens") if point[name] <= before[name]]
    return found + [f"{name}: must lie in [0, 1]" for name in ("quality", "testQuality") if not 0 <= point[name] <= 1]


def _finite(value) -> bool:
    return isinstance(value, NUMBER) and not isinstance(value, bool) and math.isfinite(value)

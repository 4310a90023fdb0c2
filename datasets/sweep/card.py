"""The measured parts of the data card: `python -m sweep.card` prints them, `--write` puts them into README.md."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from statistics import fmean, median, stdev

from . import effects, table
from .files import DATASETS, PAIRS_FILE, SWEEP_FILE, read_records
from .plan import plan

README = DATASETS / "README.md"


def _lines(heads: list[str], rows: list[list]) -> str:
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads),
                      *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def size(runs: list[dict], pairs: list[dict]) -> str:
    """Counts, sizes on disk and CPU hours."""
    points = sum(len(run["points"]) for run in runs + pairs)
    evaluations = [len(run["points"]) for run in runs]
    seconds = sum(run["hyper"]["cpuSeconds"] for run in runs + pairs)
    megabytes = [f"{path.stat().st_size / 1e6:.2f} MB" for path in (SWEEP_FILE, PAIRS_FILE)]
    parameters = [run["params"] for run in runs]
    planned, done = {run.config.id for run in plan()}, {run["id"] for run in runs}
    return _lines(["what", "how many"], [
        ["complete runs", f"{len(runs)} ({megabytes[0]})"],
        ["paired runs", f"{len(pairs)} of {len({pair['pair']['base'] for pair in pairs})} configurations ({megabytes[1]})"],
        ["runs of the plan still to be made", len(planned - done)],
        ["runs from earlier drafts of the plan (remade by their id all the same)", len(done - planned)],
        ["tasks", len({run["task"] for run in runs})],
        ["kinds of task", len({run["hyper"]["taskKind"] for run in runs})],
        ["families", len({run["family"] for run in runs})],
        ["evaluations a run", f"{min(evaluations)} to {max(evaluations)}"],
        ["evaluations in all", f"{points:,}"],
        ["parameters", f"{min(parameters):,} to {max(parameters):,} (median {median(parameters):,.0f})"],
        ["training tokens in all", f"{sum(run['points'][-1]['tokens'] for run in runs):,}"],
        ["core hours (CPU time of the training processes)", f"{seconds / 3600:.2f}"]])


def factors(runs: list[dict]) -> str:
    """What varies: every factor's levels with the number of runs."""
    def levels(value):
        counts = Counter(value(run) for run in runs)
        return ", ".join(f"{level:g} ({count})" if isinstance(level, (int, float)) else f"{level} ({count})"
                         for level, count in sorted(counts.items(), key=lambda item: (isinstance(item[0], str), item[0])))

    hyper = lambda name: lambda run: run["hyper"][name]  # noqa: E731
    rows = [["family", levels(lambda run: run["family"])], ["task kind", levels(hyper("taskKind"))],
            ["part of the design", levels(hyper("configSet"))],
            ["train examples", levels(lambda run: run["datasetSize"] if run["datasetSize"] in STANDARD_SIZES else "other")],
            ["validation questions", levels(lambda run: run["evalSize"])]]
    rows += [[label, levels(hyper(name))] for label, name in (
        ("schedule", "scheduler"), ("weight decay", "weightDecay"), ("dropout", "dropout"), ("normalisation", "normalization"),
        ("batch size", "batchSize"), ("width", "width"), ("depth", "depth"), ("seed", "seed"), ("optimiser", "optimizer"),
        ("label noise in the train set", "labelNoise"), ("noise of the task itself", "taskNoise"))]
    rates = [run["hyper"]["lr"] for run in runs]
    lengths = [run["answerLength"] for run in runs]
    rows.insert(5, ["peak learning rate", f"{min(rates):g} to {max(rates):g}"])
    rows.insert(6, ["mean answer length (tokens)", f"{min(lengths):g} to {max(lengths):g}"])
    rows.insert(7, ["planned steps", f"{min(r['plannedSteps'] for r in runs)} to {max(r['plannedSteps'] for r in runs)}"])
    return _lines(["factor", "levels (runs)"], rows)


STANDARD_SIZES = {"other", 100, 300, 400, 1000, 3000, 5000, 10_000}


def phenomena(runs: list[dict]) -> str:
    """Runs by the phenomenon that was meant (rows) and the one that was measured (columns)."""
    counts = Counter((table.designed(run), table.measured(run)) for run in runs)
    columns = [label for label in table.LABELS if any(measured == label for _, measured in counts)]
    rows = [[designed, sum(counts[designed, column] for column in columns), *(counts[designed, column] or "" for column in columns)]
            for designed in table.LABELS if any(meant == designed for meant, _ in counts)]
    total = ["all runs", len(runs), *(sum(counts[row[0], column] for row in rows) for column in columns)]
    return _lines(["meant \\ measured", "runs", *columns], rows + [total])


def seed_noise(runs: list[dict]) -> str:
    """Standard deviation over seeds of configurations that were run with three."""
    groups: dict[str, list[dict]] = {}
    for run in runs:
        facts = {key: value for key, value in run["hyper"].items()
                 if key not in ("seed", "configSet", "cpuSeconds", "measuredPhenomenon", "phenomenon")}
        groups.setdefault(str((run["task"], run["model"], run["datasetSize"], run["evalSize"], sorted(facts.items(), key=str))), []).append(run)
    full = [group for group in groups.values() if len({run["hyper"]["seed"] for run in group}) >= 3]
    if not full:
        return "No configuration has three seeds yet."
    final = lambda run: effects.delivered_test(run["points"])  # noqa: E731
    deviations = [100 * stdev(map(final, group)) for group in full]
    return (f"{len(full)} configurations were run with three seeds: the standard deviation over seeds of the delivered "
            f"test EM is {fmean(deviations):.1f} points in the mean, {median(deviations):.1f} in the median, "
            f"{max(deviations):.1f} at most.")


def reached(runs: list[dict]) -> str:
    """Best validation EM that the runs of each kind of task reached."""
    rows = []
    for kind in sorted({run["hyper"]["taskKind"] for run in runs}):
        best = [max(point["quality"] for point in run["points"]) for run in runs if run["hyper"]["taskKind"] == kind]
        rows.append([kind, len(best), f"{fmean(x < 0.1 for x in best):.2f}", f"{fmean(0.1 <= x < 0.9 for x in best):.2f}",
                     f"{fmean(x >= 0.9 for x in best):.2f}"])
    return _lines(["kind", "runs", "best EM < 0.1", "0.1 to 0.9", ">= 0.9"], rows)


def parts(runs: list[dict], pairs: list[dict]) -> dict[str, str]:
    """Every measured part of the card by its name in README.md."""
    return {"size": size(runs, pairs), "factors": factors(runs), "reached": reached(runs), "phenomena": phenomena(runs),
            "patience-measured": table.table(runs, table.measured), "patience-designed": table.table(runs, table.designed),
            "seeds": seed_noise(runs), "pairs": effects.table(runs, pairs)}


def filled(text: str, found: dict[str, str]) -> str:
    """`text` with the parts between `<!-- card:NAME -->` and `<!-- /card -->` replaced; KeyError for an unknown name."""
    return re.sub(r"<!-- card:([\w-]+) -->.*?<!-- /card -->",
                  lambda match: f"<!-- card:{match[1]} -->\n{found[match[1]]}\n<!-- /card -->", text, flags=re.S)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sweep.card", description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the measured parts of README.md")
    found = parts(read_records(SWEEP_FILE), read_records(PAIRS_FILE))
    if parser.parse_args(arguments).write:
        README.write_text(filled(README.read_text(), found))
    else:
        print("\n\n".join(f"## {name}\n\n{text}" for name, text in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

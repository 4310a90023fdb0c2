"""Pictures of the phenomena as SVG: `python -m sweep.plots` (`--png FOLDER` for a look at them)."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

from . import effects, table  # noqa: E402
from .files import DATASETS, PAIRS_FILE, SWEEP_FILE, read_records  # noqa: E402

FOLDER = DATASETS / "plots"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#000000")
EXAMPLES = 4
plt.rcParams |= {"svg.hashsalt": "stopwise", "svg.fonttype": "none", "font.size": 8, "axes.spines.top": False,
                 "axes.spines.right": False, "axes.prop_cycle": plt.cycler(color=COLOURS), "axes.titlesize": 9,
                 "legend.frameon": False, "legend.fontsize": 6.5, "figure.constrained_layout.use": True}


def quality(run: dict) -> list[float]:
    return [point["quality"] for point in run["points"]]


def shares(run: dict) -> list[float]:
    """Share of the planned steps at every checkpoint."""
    return [point["step"] / run["plannedSteps"] for point in run["points"]]


def examples(runs: list[dict], label: str) -> list[dict]:
    """Runs of a measured phenomenon from different tasks, those made on purpose first."""
    found = [run for run in runs if table.measured(run) == label]
    found.sort(key=lambda run: (table.designed(run) != label, run["id"]))
    return list({run["task"]: run for run in reversed(found)}.values())[::-1][:EXAMPLES]


def draw_phenomena(runs: list[dict]):
    """Validation EM of up to four runs per measured phenomenon; a dot where patience 3 stops."""
    labels = [label for label in ("late-generalisation", "jump", "slow-creep", "overfitting", "evaluation-noise",
                                  "divergence", "hopeless", "ordinary") if examples(runs, label)]
    figure, axes = plt.subplots(2, 4, figsize=(10.5, 5.4), sharex=True, sharey=True)
    for axis, label in zip(axes.flat, labels):
        for run in examples(runs, label):
            stop = table.stop_index(quality(run), 3)
            line, = axis.plot(shares(run), quality(run), lw=1, label=f"{run['task']}, {run['family']}")
            axis.plot(shares(run)[stop], quality(run)[stop], "o", ms=4, color=line.get_color())
        axis.set(title=label, ylim=(-0.03, 1.6), yticks=[0, 0.25, 0.5, 0.75, 1])
        axis.tick_params(labelbottom=True)
        axis.legend(loc="upper left")
    for axis in axes.flat[len(labels):]:
        axis.set_visible(False)
    figure.supxlabel("share of the planned steps", fontsize=8)
    figure.supylabel("validation exact match", fontsize=8)
    figure.suptitle("Measured phenomena; the dot is where patience 3 stops", fontsize=9)
    return figure


def draw_sample_sizes(runs: list[dict]):
    """Test EM of the delivered checkpoint against train examples, one line a task."""
    curves = defaultdict(dict)
    for run in runs:
        if run["hyper"]["configSet"] == "sample-size":
            curves[run["task"], run["family"]][run["datasetSize"]] = effects.delivered_test(run["points"])
    families = sorted({family for _, family in curves})
    figure, axes = plt.subplots(1, max(1, len(families)), figsize=(10.5, 2.8), sharey=True, squeeze=False)
    for axis, family in zip(axes.flat, families):
        for (task, _), points in sorted(item for item in curves.items() if item[0][1] == family):
            axis.plot(sorted(points), [points[size] for size in sorted(points)], "o-", ms=3, lw=1, label=task)
        axis.set(xscale="log", title=family, xlabel="train examples", ylim=(-0.03, 1.03))
        axis.legend(loc="upper left")
    axes[0, 0].set_ylabel("test exact match delivered")
    return figure


def draw_rates(runs: list[dict]):
    """Delivered test EM by learning rate, one line a schedule."""
    cells = defaultdict(dict)
    for run in runs:
        if run["hyper"]["configSet"] == "lr-schedule":
            cells[run["task"], run["family"], run["hyper"]["scheduler"]][run["hyper"]["lr"]] = effects.delivered_test(run["points"])
    tasks = sorted({key[:2] for key in cells})
    figure, axes = plt.subplots(1, max(1, len(tasks)), figsize=(10.5, 2.6), sharey=True, squeeze=False)
    for axis, (task, family) in zip(axes.flat, tasks):
        for scheduler in ("constant", "linear", "cosine", "inverse-sqrt"):
            points = cells[task, family, scheduler]
            axis.plot(sorted(points), [points[rate] for rate in sorted(points)], "o-", ms=3, lw=1, label=scheduler)
        axis.set(xscale="log", title=f"{task}, {family}", xlabel="peak learning rate", ylim=(-0.03, 1.03))
        axis.set_xticks(rates := sorted(cells[task, family, "constant"]), labels=[f"{rate:g}" for rate in rates])
        axis.minorticks_off()
    axes[0, 0].set_ylabel("test exact match delivered")
    axes[0, 0].legend()
    return figure


def draw_regularisation(runs: list[dict]):
    """Delivered test EM of the LSTM by normalisation, one line per dropout and weight decay."""
    cells = defaultdict(dict)
    for run in runs:
        hyper = run["hyper"]
        if hyper["configSet"] == "regularisation" and run["family"] == "lstm":
            cells[run["task"], hyper["dropout"], hyper["weightDecay"]][hyper["normalization"]] = effects.delivered_test(run["points"])
    tasks = sorted({key[0] for key in cells})
    figure, axes = plt.subplots(1, max(1, len(tasks)), figsize=(10.5, 2.6), sharey=True, squeeze=False)
    kinds = ["none", "layer", "batch"]
    for axis, task in zip(axes.flat, tasks):
        for (_, dropout, decay), points in sorted(item for item in cells.items() if item[0][0] == task):
            known = [kind for kind in kinds if kind in points]
            axis.plot([kinds.index(kind) for kind in known], [points[kind] for kind in known], "o-", ms=3, lw=1,
                      label=f"dropout {dropout:g}, weight decay {decay:g}")
        axis.set(title=task, xticks=range(3), xticklabels=kinds, xlabel="normalisation", ylim=(-0.03, 1.03))
    axes[0, 0].set_ylabel("test exact match delivered")
    axes[0, -1].legend(loc="lower right")
    return figure


def draw_patience(runs: list[dict]):
    """Points that patience 1, 3, 5 and 10 lose by measured phenomenon; ticks mark the noise floor."""
    labels = [label for label in table.LABELS if any(table.measured(run) == label for run in runs)]
    figure, axis = plt.subplots(figsize=(8, 2.8))
    for shift, patience in enumerate(table.PATIENCES):
        losses = [[table.loss(run, patience) for run in runs if table.measured(run) == label] for label in labels]
        places = [place + 0.2 * (shift - 1.5) for place in range(len(labels))]
        axis.bar(places, [100 * fmean(x.lost for x in group) for group in losses], 0.18, label=f"patience {patience}")
        axis.plot(places, [100 * fmean(x.noise for x in group) for group in losses], "k_", ms=7)
    axis.set(xticks=range(len(labels)), xticklabels=labels, ylabel="points of EM lost (validation)",
             title="What patience loses; black ticks: the noise floor")
    axis.tick_params(axis="x", labelsize=7)
    axis.legend()
    return figure


def draw_pairs(runs: list[dict], pairs: list[dict]):
    """Gain in delivered test EM of every branch over its base at the same step."""
    found = effects.effects(runs, pairs)
    figure, axis = plt.subplots(figsize=(8, 2.8))
    for name, items in found.items():
        gains = sorted(100 * item.same_step for item in items)
        axis.plot([(index + 0.5) / len(gains) for index in range(len(gains))], gains, "o-", ms=2.5, lw=0.8, label=name)
    axis.axhline(0, color="k", lw=0.6)
    axis.set(xlabel="share of configurations", ylabel="points of test EM", title="Learning-rate action less no action, at the same step")
    axis.legend()
    return figure


def figures(runs: list[dict], pairs: list[dict]) -> dict:
    sets = {run["hyper"]["configSet"] for run in runs}
    drawn = {"phenomena": draw_phenomena(runs), "patience": draw_patience(runs)}
    drawn |= {name: draw(runs) for name, draw in DESIGNED.items() if name in sets}
    return drawn | ({"pairs": draw_pairs(runs, pairs)} if pairs else {})


DESIGNED = {"sample-size": draw_sample_sizes, "lr-schedule": draw_rates, "regularisation": draw_regularisation}


def compact(svg: str) -> str:
    """The picture with coordinates rounded to a tenth of a point."""
    return re.sub(r"-?\d+\.\d{2,}", lambda match: f"{float(match[0]):.1f}", svg)


def svg_of(figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return compact(text.getvalue())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sweep.plots", description=__doc__)
    parser.add_argument("--png", type=Path, help="also write PNG files into this folder")
    options = parser.parse_args(arguments)
    FOLDER.mkdir(exist_ok=True)
    for name, figure in figures(read_records(SWEEP_FILE), read_records(PAIRS_FILE)).items():
        (FOLDER / f"{name}.svg").write_text(svg_of(figure))
        if options.png:
            figure.savefig(options.png / f"{name}.png", dpi=90)
    return 0


if __name__ == "__main__":
    sys.exit(main())

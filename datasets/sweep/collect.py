"""Merges finished runs into the shipped files: `python -m sweep.collect --runs FOLDER`.

Runs that are shipped already stay; a run that is in both is taken from the folder. Every record is
checked before anything is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .files import CHECKSUMS, PAIRS_FILE, SWEEP_FILE, checksum_lines, gzipped_lines, read_records
from .measured import with_measured_label
from .schema import problems


def finished(folder: Path) -> list[dict]:
    """All records of the finished runs in a folder, paired runs included."""
    return [record for path in sorted(folder.glob("*.json")) for record in json.loads(path.read_text())]


def merged(shipped: list[dict], new: list[dict]) -> list[dict]:
    """Records by id, new ones in the place of shipped ones, in an order that only the records decide."""
    by_id = {record["id"]: record for record in shipped} | {record["id"]: record for record in new}
    return sorted(by_id.values(), key=lambda record: (record["task"], record["model"], record["id"]))


def all_problems(records: list[dict]) -> list[str]:
    return [f"{record.get('id')}: {problem}" for record in records for problem in problems(record)]


def orphans(runs: list[dict], pairs: list[dict]) -> list[str]:
    """Paired runs whose base is not among the runs."""
    known = {record["id"] for record in runs}
    return [f"{pair['id']}: base {pair['pair']['base']} is missing" for pair in pairs if pair["pair"]["base"] not in known]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sweep.collect", description=__doc__)
    parser.add_argument("--runs", type=Path, help="folder that `sweep.run --out` wrote; without it the shipped files are checked")
    options = parser.parse_args(arguments)
    new = [with_measured_label(record) for record in finished(options.runs)] if options.runs else []
    runs = merged(read_records(SWEEP_FILE), [record for record in new if "pair" not in record])
    pairs = merged(read_records(PAIRS_FILE), [record for record in new if "pair" in record])
    found = all_problems(runs + pairs) + orphans(runs, pairs)
    if found:
        print("\n".join(found[:20]), f"\n{len(found)} problems; nothing was written", file=sys.stderr)
        return 1
    if options.runs:
        write(runs, pairs)
    return _report(runs, pairs)


def write(runs: list[dict], pairs: list[dict]) -> None:
    SWEEP_FILE.write_bytes(gzipped_lines(runs))
    PAIRS_FILE.write_bytes(gzipped_lines(pairs))
    CHECKSUMS.write_text(checksum_lines([SWEEP_FILE, PAIRS_FILE]))


def _report(runs: list[dict], pairs: list[dict]) -> int:
    print(f"{len(runs)} runs, {len({run['task'] for run in runs})} tasks, {len({run['family'] for run in runs})} families, "
          f"{len(pairs)} paired runs of {len({pair['pair']['base'] for pair in pairs})} configurations, "
          f"{SWEEP_FILE.stat().st_size / 1e6:.2f} + {PAIRS_FILE.stat().st_size / 1e6:.2f} MB")
    wrong = CHECKSUMS.read_text() != checksum_lines([SWEEP_FILE, PAIRS_FILE])
    print("checksums differ" if wrong else "checksums agree")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())

"""The shipped files: where they are, how they are read and written."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

DATASETS = Path(__file__).resolve().parent.parent
SWEEP_FILE = DATASETS / "qa-sweep.jsonl.gz"
PAIRS_FILE = DATASETS / "qa-pairs.jsonl.gz"
CHECKSUMS = DATASETS / "SHA256SUMS"


def read_records(path: Path) -> list[dict]:
    """The records of a gzipped JSON-lines file; an empty list where there is no such file."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gzipped_lines(records: list[dict]) -> bytes:
    """Records as gzipped JSON lines; the same records always give the same bytes."""
    text = "".join(json.dumps(record, allow_nan=False, separators=(",", ":"), ensure_ascii=False) + "\n" for record in records)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def checksum_lines(paths: list[Path]) -> str:
    """Lines as `sha256sum` prints and `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)

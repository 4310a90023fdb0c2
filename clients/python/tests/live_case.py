"""What the suites share: the fake live run, and what it was told."""

from __future__ import annotations

import json
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

FAKE = str(Path(__file__).with_name("fake_live.py"))
STUBS = str(Path(__file__).with_name("stubs"))


class LiveCase(unittest.TestCase):
    """A test with a fake live run that writes down what it is told."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.journal = self.folder / "journal"

    def words(self, **options: Any) -> list[str]:
        flags = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        return [sys.executable, FAKE, "--journal", str(self.journal), *flags]

    def messages(self, kind: str = "checkpoint") -> list[dict[str, Any]]:
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["type"] == kind]

    def steps(self) -> list[float]:
        return [message["step"] for message in self.messages()]

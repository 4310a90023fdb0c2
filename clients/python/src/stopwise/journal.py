"""The client's own log lines: shown also where the program has set up no logging."""

from __future__ import annotations

import logging

logger = logging.getLogger("stopwise")


def show_log_lines() -> None:
    """Sends the lines to stderr where no handler is set up; a program that has its own keeps it."""
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)


class OnceWarner:
    """Warns once; what else goes wrong after that is said at the level of information."""

    def __init__(self) -> None:
        self.warned = False

    def warn(self, text: str) -> None:
        logger.log(logging.INFO if self.warned else logging.WARNING, "stopwise: %s", text)
        self.warned = True

"""The command `stopwise`: hands its arguments to the built command line."""

from __future__ import annotations

import os
import subprocess
import sys

from .errors import UnreachableError
from .node import command


def main() -> int:
    """Runs the command line in place of this process; the exit status is its own."""
    try:
        words = command(*sys.argv[1:])
    except UnreachableError as error:
        print(f"stopwise: {error}", file=sys.stderr)
        return 1
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(words[0], words)
    return subprocess.call(words)


if __name__ == "__main__":
    sys.exit(main())

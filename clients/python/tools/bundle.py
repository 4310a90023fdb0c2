"""Puts the built command line into the wheel, with the parts of DuckDB that run on this platform."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CLIENT = Path(__file__).resolve().parents[1]
PACKAGE = CLIENT.parents[1] / "packages" / "stopwise"
INSIDE = "stopwise/_bundle"

# What the native parts ask for: Node's own wheels and DuckDB's binding both run on glibc 2.28 and later.
TAGS = {
    ("linux", "x86_64"): ("manylinux_2_28_x86_64", "linux-x64"),
    ("linux", "aarch64"): ("manylinux_2_28_aarch64", "linux-arm64"),
    ("darwin", "arm64"): ("macosx_13_0_arm64", "darwin-arm64"),
    ("darwin", "x86_64"): ("macosx_13_0_x86_64", "darwin-x64"),
    ("win32", "amd64"): ("win_amd64", "win32-x64"),
    ("win32", "arm64"): ("win_arm64", "win32-arm64"),
}


def platform_names() -> tuple[str, str]:
    """The wheel's platform tag and the end of the name of DuckDB's binding."""
    key = (sys.platform, platform.machine().lower())
    if key not in TAGS:
        raise RuntimeError(f"no wheel for {key[0]} on {key[1]}; DuckDB has no binding for it")
    return TAGS[key]


def installed(name: str, beside: Path) -> Path:
    """The folder of an npm package as Node finds it from the folder `beside`."""
    for folder in [beside, *beside.parents]:
        found = folder / "node_modules" / name
        if found.is_dir():
            return found.resolve()
    raise RuntimeError(f"{name} is not installed; run: npm run setup")


def native_packages(binding: str) -> dict[str, Path]:
    """DuckDB and all that it needs on this platform, by npm name."""
    api = installed("@duckdb/node-api", PACKAGE)
    bindings = installed("@duckdb/node-bindings", api)
    names = ["detect-libc", f"@duckdb/node-bindings-{binding}"]
    return {
        "@duckdb/node-api": api,
        "@duckdb/node-bindings": bindings,
        **{name: installed(name, bindings) for name in names},
    }


def bundled_paths(binding: str) -> dict[str, str]:
    """What is copied into the wheel: source path to place in the wheel."""
    paths = {}
    for name in ["dist", "model", "datasets", "schemas", "LICENSE", "package.json"]:
        source = PACKAGE / name
        if not source.exists():
            raise RuntimeError(f"{source} is missing; run: npm run build")
        paths[str(source)] = f"{INSIDE}/{name}"
    for name, folder in native_packages(binding).items():
        paths[str(folder)] = f"{INSIDE}/node_modules/{name}"
    return paths


class BundleHook(BuildHookInterface):
    """Adds the bundle and says which platform the wheel is for."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        tag, binding = platform_names()
        declared = json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"]
        self.app.display_info(f"stopwise {declared} for {tag}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{tag}"
        build_data["force_include"].update(bundled_paths(binding))

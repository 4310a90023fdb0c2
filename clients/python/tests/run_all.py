"""
Runs every suite of this folder, says what ran, and fails where one failed or could not run.

    python run_all.py [--allow-skips]

With STOPWISE_TEST_REPORTS a report in the form of the other suites' is written there.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


def report(result: unittest.TestResult, failed: int) -> None:
    folder = os.environ.get("STOPWISE_TEST_REPORTS")
    if not folder:
        return
    told = {
        "numPassedTests": result.testsRun - failed - len(result.skipped),
        "numFailedTests": failed,
        "numPendingTests": len(result.skipped),
        "numTodoTests": 0,
        "testResults": [],
    }
    Path(folder, "test-python.json").write_text(json.dumps(told))


def main() -> int:
    sys.path.insert(0, str(HERE))
    import stopwise

    print(f"Python {platform.python_version()}, stopwise from {Path(stopwise.__file__).parent}", flush=True)
    suite = unittest.defaultTestLoader.discover(str(HERE), top_level_dir=str(HERE))
    result = unittest.TextTestRunner(verbosity=2, buffer=True).run(suite)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    # A subtest that fails counts with its test.
    failed = len({str(test).split(" [")[0].split(" (<")[0] for test, _ in [*result.failures, *result.errors]})
    report(result, failed)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped")
    skipped_badly = bool(result.skipped) and "--allow-skips" not in sys.argv[1:]
    return 1 if failed or skipped_badly or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

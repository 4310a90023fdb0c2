"""A live run tells every evaluation, and nothing that happens to the other side reaches the training."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import unittest
from typing import Any

from live_case import FAKE, LiveCase

import stopwise
from stopwise import Timeouts


class LiveRunCase(LiveCase):
    def run_of(self, words: list[str], **facts: Any) -> stopwise.Run:
        run = stopwise.run(command=words, timeouts=Timeouts(5, 2, 5), max_steps=1000, max_em_loss="1pt", **facts)
        self.addCleanup(run._live._link.close)
        return run


class ContractTest(LiveRunCase):
    def test_start_checkpoint_and_end_are_the_messages_of_the_contract(self) -> None:
        with self.run_of(self.words(stop_at=300), dataset_size="20k", family="t5", confidence=0.9) as run:
            self.assertEqual(run.advice.status, "certified")
            self.assertFalse(run.checkpoint(step=100, quality=0.5, eval_loss=0.9, tokens=6_400, train_loss=1.1).stop)
            self.assertFalse(run.checkpoint(200, 0.6).stop)
            decision = run.checkpoint(step=300, quality=float("nan"), lr=1e-4, grad_norm=0.8, epoch=0.5)
        self.assertTrue(decision.stop)
        self.assertEqual(decision.reason, "seen 3")
        start = self.messages("start")[0]
        self.assertEqual(start["task"], {"datasetSize": 20000, "family": "t5", "maxSteps": 1000})
        self.assertEqual(start["request"], {"maxEmLoss": 0.01, "confidence": 0.9})
        self.assertEqual((start["mode"], start["scale"], start["state"]), ("auto", "unit", None))
        first, _, third = self.messages()
        self.assertEqual(first["evalLoss"], 0.9)
        self.assertEqual(first["trainLoss"], 1.1)
        # It was measured and is no number; a loss was not measured.
        self.assertIsNone(third["quality"])
        self.assertNotIn("evalLoss", third)
        self.assertEqual(third["gradNorm"], 0.8)
        self.assertEqual(self.messages("end"), [{"type": "end", "end": "early-stopped"}])
        self.assertEqual(run.recorded.share, 0.25)

    def test_options_are_told_only_where_they_are_known(self) -> None:
        self.run_of(self.words(), group="sums", audit_share=0, learning_rate_actions=True).end()
        self.run_of(self.words()).end()
        told, bare = self.messages("start")
        self.assertEqual((told["group"], told["auditShare"], told["learningRateActions"]), ("sums", 0, True))
        self.assertNotIn("group", bare)

    def test_the_end_is_seen_from_the_plan(self) -> None:
        for steps, end in [
            ([500, 1000], "completed"),
            ([100, 200], "early-stopped"),
            ([450, 900], "completed"),
        ]:
            with self.run_of(self.words()) as run:
                for step in steps:
                    run.checkpoint(step, 0.5)
            self.assertEqual(self.messages("end")[-1]["end"], end, steps)

    def test_an_exception_of_the_loop_is_a_crash_and_is_not_hidden(self) -> None:
        with self.assertRaises(ZeroDivisionError), self.run_of(self.words()) as run:
            run.checkpoint(100, 1 / 0)
        self.assertEqual(self.messages("end")[-1]["end"], "crashed")

    def test_a_state_goes_on_where_it_was(self) -> None:
        run = self.run_of(self.words())
        run.checkpoint(100, 0.5)
        kept = json.loads(json.dumps(run.state))
        run._live._link.close()
        again = self.run_of(self.words(), state=kept)
        self.assertEqual(again.name, run.name)
        self.assertEqual(again.checkpoint(200, 0.5).reason, "seen 2")


class FaultTest(LiveRunCase):
    def warnings_of(self, words: list[str], how_many: int = 4) -> tuple[list[str], list[stopwise.Decision]]:
        with self.assertLogs("stopwise", "INFO") as log, self.run_of(words) as run:
            decisions = [run.checkpoint(100 * (i + 1), 0.5) for i in range(how_many)]
        return [record.getMessage() for record in log.records if record.levelname == "WARNING"], decisions

    def test_a_process_that_dies_is_started_again_and_told_what_it_missed(self) -> None:
        warnings, decisions = self.warnings_of(self.words(fault="die-once", at=2, stop_at=400))
        self.assertEqual(len(warnings), 1)
        self.assertIn("out of memory", warnings[0])
        self.assertEqual(self.steps(), [100, 200, 300, 400])
        self.assertEqual([decision.stop for decision in decisions], [False, False, False, True])
        self.assertEqual(decisions[-1].reason, "seen 4")

    def test_every_other_fault_is_one_warning_and_the_run_goes_on(self) -> None:
        for kind in ["die", "garbage", "wrong-type", "refuse-start", "exit-at-once", "hang"]:
            with self.subTest(kind):
                started = time.monotonic()
                warnings, decisions = self.warnings_of(self.words(fault=kind, at=1, stop_at=0))
                self.assertEqual(len(warnings), 1, warnings)
                self.assertEqual([decision.stop for decision in decisions], [False] * 4)
                self.assertFalse(any(decision.reached for decision in decisions))
                self.assertLess(time.monotonic() - started, 25)

    def test_a_flood_on_stderr_blocks_nothing(self) -> None:
        run = self.run_of(self.words(fault="noise", at=1, stop_at=100))
        self.assertTrue(run.checkpoint(100, 0.5).stop)

    def test_a_killed_process_is_one_warning(self) -> None:
        run = self.run_of(self.words(stop_at=300))
        run.checkpoint(100, 0.5)
        with self.assertLogs("stopwise", "WARNING") as log:
            for step in [200, 300]:
                os.kill(run._live._link.process_id, signal.SIGKILL)
                decision = run.checkpoint(step, 0.5)
        self.assertEqual(len(log.records), 1)
        self.assertTrue(decision.stop)
        self.assertEqual(decision.reason, "seen 3")

    def test_a_state_that_is_refused_starts_anew(self) -> None:
        run = self.run_of(self.words())
        run.checkpoint(100, 0.5)
        with self.assertLogs("stopwise", "WARNING") as log:
            again = self.run_of(self.words(fault="refuse-state"), state=run.state)
        self.assertIn("the state is of model a, not b", log.output[0])
        self.assertEqual(again.checkpoint(200, 0.5).reason, "seen 1")

    def test_a_command_that_is_missing_is_one_warning(self) -> None:
        warnings, decisions = self.warnings_of(["/no/such/program"])
        self.assertEqual(len(warnings), 1)
        self.assertEqual(len(decisions), 4)


class WarningTest(LiveRunCase):
    def test_what_is_odd_about_the_values_is_said_once(self) -> None:
        with self.assertLogs("stopwise", "WARNING") as log:
            run = self.run_of(self.words(fault="odd"))
            for step in (100, 200, 300):
                run.checkpoint(step, 0.5)
        self.assertEqual(log.output, ["WARNING:stopwise:stopwise: tokens is missing at step 100."])


class ScaleTest(LiveRunCase):
    def test_a_quality_above_one_warns_once_with_the_fix_and_never_stops(self) -> None:
        with self.assertLogs("stopwise", "WARNING") as log:
            run = self.run_of(self.words(stop_at=0))
            stops = [
                run.checkpoint(100, 43.0).stop,
                run.checkpoint(200, 0.9).stop,
                run.checkpoint(300, 50.0).stop,
            ]
        self.assertEqual(stops, [False] * 3)
        self.assertEqual(len(log.records), 1)
        self.assertIn("scale='percent'", log.output[0])
        self.assertEqual(self.messages(), [])

    def test_percent_is_told_as_percent(self) -> None:
        run = self.run_of(self.words(stop_at=0), scale="percent")
        self.assertTrue(run.checkpoint(100, 43.0).stop)
        self.assertEqual(self.messages("start")[0]["scale"], "percent")
        self.assertEqual(self.messages()[0]["quality"], 43)


class ArgumentTest(unittest.TestCase):
    def test_what_breaks_a_rule_is_refused_with_the_fix(self) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"max_em_loss": 1}, "Write points as '1pt'"),
            ({"max_em_loss": "1,5pt"}, "max_em_loss"),
            ({"max_em_loss": 0.01, "max_loss_increase": 0.01}, "exclude each other"),
            ({"datasetsize": 4}, "Did you mean dataset_size?"),
            ({"dataset_size": -1}, "dataset_size must be a number >= 0"),
            ({"confidence": 90}, "For ninety percent write 0.9"),
            ({"mode": "on"}, "auto, stop, shadow, audit"),
            ({"scale": "points"}, "unit, percent"),
            ({"audit_share": 5}, "audit_share must be at most 1"),
            ({"server": "localhost:1"}, "server must be an address"),
            ({"server": "http://localhost:1", "store": "s"}, "not both"),
            ({"token": "t"}, "token is for a server"),
        ]
        for arguments, words in cases:
            with self.subTest(arguments), self.assertRaises(stopwise.InvalidInputError) as caught:
                stopwise.run(command=["/no/such/program"], **arguments)
            self.assertIn(words, str(caught.exception))

    def test_a_checkpoint_without_a_step_is_refused(self) -> None:
        with self.assertRaises(stopwise.InvalidInputError):
            stopwise.run(command=[sys.executable, FAKE]).checkpoint(step="many")


if __name__ == "__main__":
    unittest.main()

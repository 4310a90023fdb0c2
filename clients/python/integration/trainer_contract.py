"""What every suite of a real trainer shows, whatever the trainer."""

from __future__ import annotations

from typing import Any

from real_case import RealCase


class TrainerContract:
    """The run with the callback stops as replay says; killed and resumed it is the same; shadow changes nothing."""

    class Case(RealCase):
        #: files of which one is there as soon as the training can be resumed
        resumable = "*"
        full: dict[str, Any]
        shadow: dict[str, Any]
        stopped: dict[str, Any]

        @classmethod
        def setUpClass(cls) -> None:
            super().setUpClass()
            cls.full = cls.train("full", "off")
            cls.shadow = cls.train("shadow", "shadow")
            cls.stopped = cls.train("stopped", "auto")

        def test_shadow_mode_changes_nothing(self) -> None:
            self.assertEqual(self.shadow["curve"], self.full["curve"])
            self.assertEqual(self.shadow["step"], self.full["step"])

        def test_the_shipped_knowledge_stops_the_run_and_a_summary_says_so(self) -> None:
            self.assertEqual(self.stopped["status"], "certified")
            self.assertLess(self.stopped["step"], self.full["step"])
            self.assertIn("% of the plan", self.stopped["lines"][-1])
            self.assertIn("certified: ", self.stopped["lines"][-1])
            self.say_savings(self.full, self.stopped)

        def test_it_stops_where_the_shadow_run_would_have_stopped(self) -> None:
            self.assertEqual(self.shadow["wouldStopAt"], self.stopped["step"])
            until = len(self.stopped["curve"])
            self.assertEqual(self.stopped["curve"], self.full["curve"][:until])

        def test_it_stops_where_replay_of_the_recorded_run_says(self) -> None:
            self.assertEqual(self.replayed_step("shadow", self.shadow["policy"]), self.stopped["step"])

        def test_killed_at_a_random_moment_and_resumed_it_decides_the_same(self) -> None:
            self.train_and_kill("killed", "auto", self.resumable, (3, len(self.stopped["curve"]) - 3))
            resumed = self.train("killed", "auto", "--resume")
            self.assertEqual(resumed["curve"], self.stopped["curve"])
            self.assertEqual(resumed["step"], self.stopped["step"])
            self.assertEqual(resumed["policy"], self.stopped["policy"])

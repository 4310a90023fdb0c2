"""What the callbacks do with a trainer, played by hand; the real trainers have a suite of their own."""

from __future__ import annotations

import json
import os
import signal
import sys
import unittest
from types import SimpleNamespace
from typing import Any

from live_case import STUBS, LiveCase

sys.path.insert(0, STUBS)

from stopwise import InvalidInputError, Timeouts
from stopwise.keras import StopwiseCallback as KerasCallback
from stopwise.lightning import StopwiseCallback as LightningCallback
from stopwise.trainer_facts import regime_of
from stopwise.transformers import StopwiseCallback


def some_args(**changes: Any) -> Any:
    told = {
        "metric_for_best_model": "exact_match",
        "greater_is_better": True,
        "load_best_model_at_end": True,
        "num_train_epochs": 3,
        "max_steps": -1,
        "train_batch_size": 8,
        "gradient_accumulation_steps": 4,
        "world_size": 1,
        "learning_rate": 2e-4,
        "lr_scheduler_type": SimpleNamespace(value="linear"),
        "weight_decay": 0.1,
        "eval_strategy": SimpleNamespace(value="steps"),
        "eval_steps": 100,
    }
    return SimpleNamespace(**{**told, **changes})


def some_state(step: int = 0, **changes: Any) -> Any:
    told = {
        "global_step": step,
        "max_steps": 1000,
        "eval_steps": 100,
        "epoch": step / 300,
        "is_world_process_zero": True,
        "log_history": [],
        "stateful_callbacks": {},
        "num_input_tokens_seen": 0,
    }
    return SimpleNamespace(**{**told, **changes})


MODEL = SimpleNamespace(
    num_parameters=lambda: 60_000_000,
    config=SimpleNamespace(model_type="t5", _name_or_path="t5-small", is_encoder_decoder=True, dropout_rate=0.1),
)


class FakeTrainer:
    """Calls a Transformers callback as the Trainer does."""

    def __init__(self, callback: StopwiseCallback, **changes: Any) -> None:
        self.callback, self.args = callback, some_args(**changes)
        self.control = SimpleNamespace(should_training_stop=False)
        self.optimizer = SimpleNamespace(param_groups=[{"lr": 0.1}])
        self.scheduler = SimpleNamespace(base_lrs=[0.1])

    def event(self, name: str, state: Any, **kwargs: Any) -> None:
        loaders = {
            "train_dataloader": SimpleNamespace(dataset=range(20_000)),
            "eval_dataloader": SimpleNamespace(dataset=range(500)),
        }
        getattr(self.callback, name)(
            self.args,
            state,
            self.control,
            model=MODEL,
            optimizer=self.optimizer,
            lr_scheduler=self.scheduler,
            **loaders,
            **kwargs,
        )

    def evaluate(self, step: int, metrics: dict[str, float], **changes: Any) -> bool:
        self.event("on_evaluate", some_state(step, **changes), metrics=metrics)
        return bool(self.control.should_training_stop)


class TransformersTest(LiveCase):
    def callback(self, fault: dict[str, Any], **arguments: Any) -> StopwiseCallback:
        callback = StopwiseCallback(command=self.words(**fault), timeouts=Timeouts(5, 1, 2), **arguments)
        self.addCleanup(callback._training.leave)
        return callback

    def test_it_tells_what_the_trainer_knows_and_stops(self) -> None:
        trainer = FakeTrainer(self.callback({"stop_at": 200}, max_em_loss="1pt", params="7B"))
        trainer.event("on_train_begin", some_state())
        log = [{"loss": 1.5, "grad_norm": 0.7, "learning_rate": 1e-4}]
        with self.assertLogs("stopwise", "INFO") as lines:
            metrics = {"eval_exact_match": 0.4, "eval_loss": 1.1}
            self.assertFalse(trainer.evaluate(100, metrics, log_history=log, num_input_tokens_seen=5000))
            self.assertTrue(trainer.evaluate(200, {"eval_exact_match": 0.5, "eval_loss": 1.0}))
            trainer.event("on_train_end", some_state(200))
        start, first = self.messages("start")[0], self.messages()[0]
        expected = {
            "metric": "exact_match",
            "datasetSize": 20000,
            "evalSize": 500,
            "family": "t5",
            "model": "t5-small",
            "params": 7e9,
            "maxSteps": 1000,
            "epochs": 3,
            "batchSize": 32,
            "evals": 10,
            "learningRate": 2e-4,
            "schedule": "linear",
            "weightDecay": 0.1,
            "dropout": 0.1,
        }
        self.assertEqual(start["task"], expected)
        self.assertEqual(start["request"], {"maxEmLoss": 0.01, "delivery": "best"})
        told = {
            "quality": 0.4,
            "evalLoss": 1.1,
            "trainLoss": 1.5,
            "gradNorm": 0.7,
            "lr": 1e-4,
            "tokens": 5000,
        }
        self.assertEqual({name: first[name] for name in told}, told)
        self.assertEqual(self.messages("end")[0]["end"], "early-stopped")
        self.assertIn("stopped at 20 % of the plan", lines.output[-1])
        self.assertIn("certified: P(loss) <= 0.1", lines.output[-1])

    def test_what_happens_to_the_process_never_reaches_the_trainer(self) -> None:
        for fault in ("die", "hang", "garbage", "wrong-type", "refuse-start", "exit-at-once"):
            with self.subTest(fault), self.assertLogs("stopwise", "WARNING") as log:
                trainer = FakeTrainer(self.callback({"fault": fault, "at": 1, "stop_at": 0}))
                trainer.event("on_train_begin", some_state())
                for step in (100, 200, 300):
                    self.assertFalse(trainer.evaluate(step, {"eval_exact_match": 0.4}))
                trainer.event("on_train_end", some_state(1000))
                self.assertEqual(len(log.records), 1, log.output)

    def test_a_process_killed_between_evaluations_changes_no_decision(self) -> None:
        callback = self.callback({"stop_at": 300})
        trainer = FakeTrainer(callback)
        trainer.event("on_train_begin", some_state())
        trainer.evaluate(100, {"eval_exact_match": 0.4})
        os.kill(callback._training._live._link.process_id, signal.SIGKILL)
        with self.assertLogs("stopwise", "WARNING") as log:
            self.assertFalse(trainer.evaluate(200, {"eval_exact_match": 0.4}))
            self.assertTrue(trainer.evaluate(300, {"eval_exact_match": 0.4}))
        self.assertEqual(len(log.records), 1)
        self.assertEqual(self.steps(), [100, 200, 300])

    def test_a_resumed_training_goes_on_with_the_state_of_its_checkpoint(self) -> None:
        trainer = FakeTrainer(self.callback({}))
        trainer.event("on_train_begin", some_state())
        trainer.evaluate(100, {"eval_exact_match": 0.4})
        stored = {"StopwiseCallback": trainer.callback.state()}
        again = FakeTrainer(self.callback({}))
        again.event("on_train_begin", some_state(100, stateful_callbacks=stored))
        again.evaluate(200, {"eval_exact_match": 0.5})
        first, second = self.messages("start")
        self.assertEqual(second["run"], first["run"])
        self.assertEqual(second["state"], {"steps": [100]})

    def test_resumed_on_another_number_of_devices_it_is_the_run_that_was_begun(self) -> None:
        trainer = FakeTrainer(self.callback({}))
        trainer.event("on_train_begin", some_state())
        trainer.evaluate(100, {"eval_exact_match": 0.4, "eval_num_tokens": 5000})
        stored = json.loads(json.dumps({"StopwiseCallback": trainer.callback.state()}))
        again = FakeTrainer(self.callback({}), world_size=1, train_batch_size=2, load_best_model_at_end=False)
        again.event("on_train_begin", some_state(100, stateful_callbacks=stored))
        again.evaluate(200, {"eval_exact_match": 0.5, "eval_num_tokens": 500})
        first, second = self.messages("start")
        self.assertEqual((second["task"], second["request"]), (first["task"], first["request"]))

    def test_a_state_that_is_refused_is_made_again_from_the_log(self) -> None:
        trainer = FakeTrainer(self.callback({}))
        trainer.event("on_train_begin", some_state())
        trainer.evaluate(100, {"eval_exact_match": 0.4})
        stored = {"StopwiseCallback": trainer.callback.state()}
        again = FakeTrainer(self.callback({"fault": "refuse-state"}))
        again.event("on_train_begin", some_state(100, stateful_callbacks=stored))
        again.evaluate(200, {"eval_exact_match": 0.5}, log_history=[{"step": 100, "eval_exact_match": 0.4}])
        self.assertEqual(self.steps(), [100, 100, 200])

    def test_a_training_that_starts_again_from_nothing_is_a_new_run(self) -> None:
        callback = self.callback({})
        for _ in range(2):
            trainer = FakeTrainer(callback)
            trainer.event("on_train_begin", some_state(stateful_callbacks={"StopwiseCallback": callback.state()}))
            trainer.evaluate(100, {"eval_exact_match": 0.4})
        first, second = self.messages("start")
        self.assertNotEqual(second["run"], first["run"])
        self.assertIsNone(second["state"])

    def test_added_on_a_resume_it_is_told_the_evaluations_before_and_finds_a_place_in_the_checkpoint(
        self,
    ) -> None:
        history = [
            {"step": 50, "loss": 2.0},
            {"step": 100, "eval_exact_match": 0.3},
            {"step": 200, "eval_exact_match": 0.4},
        ]
        trainer = FakeTrainer(self.callback({}))
        state = some_state(200)
        trainer.event("on_train_begin", state)
        self.assertIn("StopwiseCallback", state.stateful_callbacks)
        trainer.evaluate(300, {"eval_exact_match": 0.5}, log_history=history)
        self.assertEqual(self.steps(), [100, 200, 300])

    def test_a_callback_made_again_from_its_state_is_the_same(self) -> None:
        callback = self.callback({}, max_em_loss="1pt", mode="shadow", dataset_size="20k")
        state = callback.state()
        again = StopwiseCallback(**state["args"])
        self.assertEqual(again.state()["args"], state["args"])

    def test_a_token_is_not_written_into_checkpoints(self) -> None:
        callback = StopwiseCallback(server="http://127.0.0.1:1", token="hidden")
        self.assertNotIn("hidden", str(callback.state()))
        self.assertEqual(StopwiseCallback(**callback.state()["args"])._options.token(), "hidden")

    def test_a_loss_is_bounded_by_its_increase(self) -> None:
        trainer = FakeTrainer(self.callback({}), metric_for_best_model=None)
        trainer.event("on_train_begin", some_state())
        trainer.evaluate(100, {"eval_loss": 1.25, "eval_runtime": 3.0})
        self.assertEqual(self.messages("start")[0]["request"]["maxLossIncrease"], 0.01)
        self.assertEqual(self.messages("start")[0]["task"]["metric"], "loss")
        self.assertEqual((self.messages()[0]["evalLoss"], "quality" in self.messages()[0]), (1.25, False))

    def test_an_em_bound_on_a_loss_is_one_warning_with_the_fix(self) -> None:
        trainer = FakeTrainer(self.callback({"stop_at": 0}, max_em_loss="1pt"), metric_for_best_model="loss")
        trainer.event("on_train_begin", some_state())
        with self.assertLogs("stopwise", "WARNING") as log:
            self.assertFalse(trainer.evaluate(100, {"eval_loss": 1.25}))
            self.assertFalse(trainer.evaluate(200, {"eval_loss": 1.25}))
        warnings = [line for line in log.output if "give max_loss_increase" in line]
        self.assertEqual(len(warnings), 1)

    def test_a_score_goes_before_a_loss_that_the_trainer_defaults_to(self) -> None:
        trainer = FakeTrainer(
            self.callback({}, max_em_loss="1pt"), metric_for_best_model="loss", greater_is_better=False
        )
        trainer.event("on_train_begin", some_state())
        with self.assertLogs("stopwise", "WARNING") as log:
            trainer.evaluate(100, {"eval_loss": 1.25, "eval_exact_match": 0.5})
        self.assertEqual(self.messages()[0]["quality"], 0.5)
        self.assertIn("set metric_for_best_model='exact_match', greater_is_better=True", log.output[0])

    def test_settings_that_pull_against_a_stop_are_named_with_the_fix(self) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"load_best_model_at_end": False}, "set load_best_model_at_end=True"),
            ({"greater_is_better": False}, "exact_match is better higher: set True"),
            ({"metric_for_best_model": "f1"}, "set metric_for_best_model='exact_match'"),
        ]
        for changes, words in cases:
            with self.subTest(words), self.assertLogs("stopwise", "WARNING") as log:
                trainer = FakeTrainer(self.callback({}, monitor="exact_match"), **changes)
                trainer.event("on_train_begin", some_state())
                trainer.evaluate(100, {"eval_exact_match": 0.5, "eval_f1": 0.6})
            self.assertIn(words, log.output[0])

    def test_error_rates_are_told_as_qualities(self) -> None:
        for scale, rate, quality in (("unit", 0.2, 0.8), ("unit", 1.4, 0.0), ("percent", 20.0, 80.0)):
            trainer = FakeTrainer(self.callback({}, scale=scale), metric_for_best_model="wer", greater_is_better=False)
            trainer.event("on_train_begin", some_state())
            trainer.evaluate(100, {"eval_wer": rate})
            self.assertAlmostEqual(self.messages()[-1]["quality"], quality)

    def test_evaluations_of_another_set_and_after_the_end_are_left_alone(self) -> None:
        trainer = FakeTrainer(self.callback({"stop_at": 0}))
        trainer.evaluate(0, {"eval_exact_match": 0.1})
        trainer.event("on_train_begin", some_state())
        self.assertFalse(trainer.evaluate(100, {"eval_other_exact_match": 0.1}))
        trainer.event("on_train_end", some_state(1000))
        self.assertFalse(trainer.evaluate(1000, {"eval_exact_match": 0.1}))
        self.assertEqual(self.steps(), [])

    def test_only_rank_zero_asks_and_without_a_group_nothing_is_stopped(self) -> None:
        trainer = FakeTrainer(self.callback({"stop_at": 0}), world_size=2)
        trainer.event("on_train_begin", some_state())
        self.assertFalse(trainer.evaluate(100, {"eval_exact_match": 0.1}, is_world_process_zero=False))
        self.assertEqual(self.steps(), [])
        with self.assertLogs("stopwise", "WARNING") as log:
            self.assertFalse(trainer.evaluate(200, {"eval_exact_match": 0.1}))
        self.assertIn("the other ranks cannot be told", log.output[0])

    def test_a_fact_of_the_trainer_that_is_not_known_is_left_out(self) -> None:
        trainer = FakeTrainer(self.callback({"fault": "refuse-schedule", "stop_at": 0}))
        trainer.event("on_train_begin", some_state())
        self.assertTrue(trainer.evaluate(100, {"eval_exact_match": 0.1}))
        self.assertEqual(["schedule" in start["task"] for start in self.messages("start")], [True, False])

    def test_a_fact_of_the_user_that_is_not_known_is_one_warning(self) -> None:
        trainer = FakeTrainer(self.callback({"fault": "refuse-schedule", "stop_at": 0}, schedule="new"))
        trainer.event("on_train_begin", some_state())
        with self.assertLogs("stopwise", "WARNING") as log:
            self.assertFalse(trainer.evaluate(100, {"eval_exact_match": 0.1}))
        self.assertIn('schedule "new" is not known. Known: linear.', log.output[0])

    def test_a_model_that_was_loaded_from_nowhere_is_from_scratch(self) -> None:
        loaded, fresh = (
            SimpleNamespace(config=SimpleNamespace(_name_or_path="t5-small")),
            SimpleNamespace(config=SimpleNamespace(_name_or_path="")),
        )
        self.assertIsNone(regime_of(loaded, "match"))
        self.assertEqual(regime_of(fresh, "match"), "from-scratch")
        self.assertEqual(regime_of(fresh, "loss"), "pre-training")
        self.assertIsNone(regime_of(SimpleNamespace(), "match"))

    def test_tokens_go_on_where_the_counter_starts_again_or_says_nothing(self) -> None:
        trainer = FakeTrainer(self.callback({}))
        trainer.event("on_train_begin", some_state())
        for step, tokens in ((100, 5000), (200, 10_000), (300, 4000), (400, None), (500, 12_000)):
            more = {} if tokens is None else {"eval_num_tokens": tokens}
            trainer.evaluate(step, {"eval_exact_match": 0.1, **more})
        told = [message["tokens"] for message in self.messages()]
        self.assertEqual(told, [5000, 10_000, 14_000, 18_667, 22_000])

    def test_tokens_go_on_over_a_resume(self) -> None:
        for counted, total in ((3000, 8000), (8000, 8000)):
            trainer = FakeTrainer(self.callback({}))
            trainer.event("on_train_begin", some_state())
            trainer.evaluate(100, {"eval_exact_match": 0.4, "eval_num_tokens": 5000})
            stored = {"StopwiseCallback": trainer.callback.state()}
            again = FakeTrainer(self.callback({}))
            again.event("on_train_begin", some_state(100, stateful_callbacks=stored))
            again.evaluate(200, {"eval_exact_match": 0.5, "eval_num_tokens": counted})
            self.assertEqual(self.messages()[-1]["tokens"], total)

    def test_arguments_are_checked_when_it_is_made(self) -> None:
        for arguments in (
            {"max_em_loss": 5},
            {"mode": "on"},
            {"patience": 3},
            {"scale": "points"},
            {"monitor": 3},
        ):
            with self.subTest(arguments), self.assertRaises(InvalidInputError):
                StopwiseCallback(**arguments)


class KerasTest(LiveCase):
    def trained(self, callback: KerasCallback, epochs: range) -> int:
        epoch_now = [0]
        callback.model = SimpleNamespace(
            stop_training=False,
            optimizer=SimpleNamespace(iterations=0),
            count_params=lambda: 1000,
            get_weights=lambda: ["weights", epoch_now[0]],
            set_weights=self.restored.append,
        )
        callback.params = {"epochs": 10, "steps": 50}
        callback.on_train_begin()
        for epoch in epochs:
            epoch_now[0] = epoch
            callback.model.optimizer.iterations = 50 * (epoch + 1)
            callback.on_epoch_end(epoch, {"val_exact_match": epoch / 10, "val_loss": 1.0, "loss": 1.1})
            if callback.model.stop_training:
                return epoch
        return epochs[-1]

    def setUp(self) -> None:
        super().setUp()
        self.restored: list[Any] = []

    def test_the_best_weights_come_back_where_that_is_asked_for(self) -> None:
        callback = KerasCallback(command=self.words(), monitor="val_loss", restore_best_weights=True)
        self.trained(callback, range(3))
        callback.on_train_end()
        # The loss never falls, so that the first epoch stays the best.
        self.assertEqual(self.restored, [["weights", 0]])
        self.assertEqual(self.messages("start")[0]["request"]["delivery"], "best")

    def test_it_stops_and_records(self) -> None:
        callback = KerasCallback(command=self.words(stop_at=200), dataset_size=400)
        self.assertEqual(self.trained(callback, range(10)), 3)
        callback.on_train_end()
        task = self.messages("start")[0]["task"]
        self.assertEqual(
            (task["maxSteps"], task["evals"], task["metric"], task["datasetSize"]),
            (500, 10, "exact_match", 400),
        )
        self.assertEqual((self.steps(), self.messages("end")[0]["end"]), ([50, 100, 150, 200], "early-stopped"))

    def test_an_interrupted_run_goes_on_from_the_folder(self) -> None:
        first = KerasCallback(command=self.words(), backup_dir=self.folder)
        self.addCleanup(first._training.leave)
        self.trained(first, range(2))
        second = KerasCallback(command=self.words(), backup_dir=self.folder)
        self.trained(second, range(2, 4))
        second.on_train_end()
        self.assertEqual(self.messages("start")[1]["state"], {"steps": [50, 100]})
        self.assertFalse((self.folder / "stopwise.json").exists())

    def test_a_folder_that_cannot_be_written_is_one_warning(self) -> None:
        blocked = self.folder / "file"
        blocked.write_text("")
        callback = KerasCallback(command=self.words(), backup_dir=blocked)
        self.addCleanup(callback._training.leave)
        with self.assertLogs("stopwise", "WARNING") as log:
            self.assertEqual(self.trained(callback, range(4)), 3)
        self.assertEqual(len(log.records), 1)


class LightningTest(LiveCase):
    def trainer(self, **changes: Any) -> Any:
        told = {
            "sanity_checking": False,
            "state": SimpleNamespace(fn="fit"),
            "is_global_zero": True,
            "world_size": 1,
            "callback_metrics": {"val_em": 0.5, "val_loss": 1.0, "train_loss": 1.2},
            "global_step": 100,
            "current_epoch": 0,
            "fit_loop": SimpleNamespace(epoch_loop=SimpleNamespace(done=True)),
            "estimated_stepping_batches": 1000,
            "max_epochs": 10,
            "max_steps": -1,
            "should_stop": False,
            "train_dataloader": SimpleNamespace(dataset=range(3200), batch_size=32),
            "accumulate_grad_batches": 1,
            "val_dataloaders": [SimpleNamespace(dataset=range(100))],
            "optimizers": [],
            "lr_scheduler_configs": [],
            "checkpoint_callbacks": [SimpleNamespace(monitor="val_em")],
            "val_check_batch": 100,
            "num_training_batches": 100,
            "check_val_every_n_epoch": 1,
        }
        return SimpleNamespace(**{**told, **changes})

    def test_it_stops_and_records(self) -> None:
        callback = LightningCallback(command=self.words(stop_at=200), monitor="val_em", max_em_loss="1pt")
        module = SimpleNamespace(num_parameters=lambda: 5000)
        callback.on_train_start(self.trainer(global_step=0), module)
        callback.on_validation_end(self.trainer(sanity_checking=True), module)
        stops = []
        for step in (100, 200):
            trainer = self.trainer(global_step=step)
            callback.on_validation_end(trainer, module)
            stops.append(trainer.should_stop)
        callback.on_train_end(trainer, module)
        self.assertEqual((stops, self.steps()), ([False, True], [100, 200]))
        task = self.messages("start")[0]["task"]
        told = {
            "metric": "em",
            "datasetSize": 3200,
            "evalSize": 100,
            "maxSteps": 1000,
            "epochs": 10,
            "batchSize": 32,
            "evals": 10,
            "params": 5000,
            "schedule": "constant",
        }
        self.assertEqual(task, told)
        self.assertEqual(self.messages("start")[0]["request"]["delivery"], "best")
        self.assertEqual(self.messages("end")[0]["end"], "early-stopped")

    def test_its_state_goes_through_the_checkpoint(self) -> None:
        first = LightningCallback(command=self.words(), monitor="val_em")
        first.on_train_start(self.trainer(global_step=0), None)
        first.on_validation_end(self.trainer(), None)
        kept = first.state_dict()
        first.on_exception(self.trainer(), None, RuntimeError())
        second = LightningCallback(command=self.words(), monitor="val_em")
        self.addCleanup(second._training.leave)
        second.load_state_dict(kept)
        second.on_train_start(self.trainer(), None)
        second.on_validation_end(self.trainer(global_step=200), None)
        self.assertEqual(self.messages("start")[1]["state"], {"steps": [100]})
        self.assertEqual(self.messages("end"), [])

    def test_a_metric_that_is_not_logged_is_one_warning(self) -> None:
        callback = LightningCallback(command=self.words(), monitor="val_rouge")
        callback.on_train_start(self.trainer(global_step=0), None)
        with self.assertLogs("stopwise", "WARNING") as log:
            for _ in range(3):
                callback.on_validation_end(self.trainer(), None)
        self.assertEqual(len(log.records), 1)
        self.assertIn("val_rouge is not among the logged metrics (val_em, val_loss, train_loss)", log.output[0])


if __name__ == "__main__":
    unittest.main()

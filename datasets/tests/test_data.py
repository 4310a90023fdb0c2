"""Splits are disjoint and nested, and generators repeat themselves."""

import hashlib

import pytest

from sweep.data import TEST_SIZE, distinct_questions, splits, with_noise
from sweep.plan import plan
from sweep.tasks import REGISTRY, task_named
from sweep.usual import most_train

TASKS = sorted(REGISTRY)


def questions(examples):
    return {question for question, _ in examples}


@pytest.mark.parametrize("name", TASKS)
def test_splits_are_disjoint_full_and_nested(name):
    task = REGISTRY[name]
    largest = most_train(task)
    large = splits(task, largest, task.validation)
    small = splits(task, 100, 100)
    sizes = [len(questions(part)) for part in (large.train, large.validation, large.test)]
    assert sizes == [largest, task.validation, TEST_SIZE]
    assert len(questions(large.train) | questions(large.validation) | questions(large.test)) == sum(sizes)
    assert small.train == large.train[:100]
    assert small.validation == large.validation[:100]
    assert small.test == large.test


@pytest.mark.parametrize("name", TASKS)
def test_answers_have_between_one_and_twenty_tokens(name):
    lengths = {len(answer) for _, answer in distinct_questions(REGISTRY[name], 2000)}
    assert 1 <= min(lengths) and max(lengths) <= 20


def test_there_are_enough_tasks_of_every_kind():
    kinds = [task.kind for task in REGISTRY.values()]
    assert len(kinds) >= 60
    assert {kind: kinds.count(kind) >= 5 for kind in kinds} == dict.fromkeys(kinds, True)
    assert len(set(kinds)) == 9


def test_the_generators_repeat_the_published_stream():
    digest = hashlib.sha256(repr([distinct_questions(REGISTRY[name], 20) for name in TASKS]).encode()).hexdigest()
    assert digest == "a655527524ba0ade56d59f45bab2eba9b63038ee17cc293d3a90dcd9c757c49a"


def test_an_unknown_task_names_the_known_ones():
    with pytest.raises(ValueError, match="unknown task 'adition'; known: .*addition-2digit"):
        task_named("adition")


def test_label_noise_changes_that_share_of_train_answers_and_no_held_out_one():
    clean, noisy = (splits(REGISTRY["reverse-10"], 4000, 500, label_noise=share) for share in (0.0, 0.3))
    changed = sum(a != b for a, b in zip(clean.train, noisy.train)) / 4000
    assert changed == pytest.approx(0.3, abs=0.03)
    assert [question for question, _ in clean.train] == [question for question, _ in noisy.train]
    assert (clean.validation, clean.test) == (noisy.validation, noisy.test)


def test_noisy_train_sets_stay_nested():
    task = REGISTRY["reverse-10"]
    assert splits(task, 300, 100, 0.2).train == splits(task, 3000, 100, 0.2).train[:300]


def test_noise_takes_answers_from_the_list():
    examples = [((str(i),), (str(i % 7),)) for i in range(100)]
    assert {answer for _, answer in with_noise(examples, 1.0, "seed")} <= {(str(i),) for i in range(7)}


def test_every_planned_run_has_the_questions_it_asks_for():
    for run in plan():
        config, task = run.config, REGISTRY[run.config.task]
        assert config.trainSize <= most_train(task) and config.evalSize <= task.validation, config
        assert config.batchSize <= config.trainSize
        assert 40 <= config.steps / config.evalEvery <= 60 and config.steps % config.evalEvery == 0

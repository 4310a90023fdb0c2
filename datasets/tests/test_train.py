"""Batches, tokens and points of a training run."""

from itertools import islice

import pytest
import torch

from sweep.data import splits
from sweep.encoding import END, IGNORED, PAD, START, encode, vocabulary
from sweep.models import build
from sweep.tasks import task_named
from sweep.train import Trainer, batches, load_data

from test_run import TINY


def test_every_epoch_shows_each_example_once_and_drops_the_remainder():
    drawn = list(islice(batches(10, 3, seed=1), 6))
    first, second = torch.cat(drawn[:3]), torch.cat(drawn[3:])
    assert len(set(first.tolist())) == len(set(second.tolist())) == 9
    assert first.tolist() != second.tolist()


def test_a_train_set_smaller_than_the_batch_is_one_batch():
    assert sorted(next(batches(3, 32, seed=0)).tolist()) == [0, 1, 2]


def test_tokens_leave_padding_out_and_count_the_end():
    examples = [(("a", "b"), ("c",)), (("a",), ("b", "c", "c"))]
    numbers = {"a": 3, "b": 4, "c": 5}
    decoder_only, encoder_decoder = encode(examples, numbers, False), encode(examples, numbers, True)
    assert decoder_only.tokens.tolist() == encoder_decoder.tokens.tolist() == [5, 6]
    assert decoder_only.inputs.tolist() == [[3, 4, START, 5, PAD], [3, START, 4, 5, 5]]
    assert decoder_only.labels.tolist() == [[IGNORED, IGNORED, 5, END, IGNORED], [IGNORED, 4, 5, 5, END]]
    assert encoder_decoder.inputs.tolist() == [[3, 4], [3, PAD]]
    assert encoder_decoder.decoder_inputs.tolist() == [[START, 5, PAD, PAD], [START, 4, 5, 5]]
    assert encoder_decoder.labels.tolist() == [[5, END, IGNORED, IGNORED], [4, 5, 5, END]]


def test_points_count_tokens_epochs_and_the_planned_rate():
    config = TINY.but(scheduler="linear", batchSize=50, steps=8, evalEvery=4, dropout=0.0)
    trainer = Trainer(config, load_data(config))
    trainer.run(8)
    assert [point["step"] for point in trainer.points] == [4, 8]
    assert trainer.points[0]["tokens"] == int(trainer.data.train.tokens.sum()) == trainer.points[1]["tokens"] / 2
    assert [point["epoch"] for point in trainer.points] == [1.0, 2.0]
    assert [point["lr"] for point in trainer.points] == pytest.approx([config.lr * 5 / 8, config.lr * 1 / 8])


def test_training_learns():
    config = TINY.but(task="max-digit-5", trainSize=1000, steps=300, evalEvery=300, width=32, dropout=0.0, lr=1e-2)
    trainer = Trainer(config, load_data(config))
    trainer.run(300)
    assert trainer.points[-1]["testQuality"] > 0.6


def test_asking_for_more_questions_than_a_task_has_is_an_error():
    with pytest.raises(ValueError, match="modadd-59 has 1281 train and 100 validation questions, asked for 5000 and 100"):
        load_data(TINY.but(task="modadd-59", trainSize=5000))


def test_mamba_refuses_dropout():
    with pytest.raises(ValueError, match="no dropout, got 0.1. Use 0"):
        build("mamba", 10, 16, 1, 0.1, "native")


def test_the_vocabulary_covers_every_split_and_keeps_special_tokens_free():
    parts = splits(task_named("date-named-to-number"), 100, 100)
    numbers = vocabulary(parts)
    assert min(numbers.values()) == 3 and len(set(numbers.values())) == len(numbers)
    assert {"jan", "dec", "0", " "} <= set(numbers)

"""Trains one run to the end of its plan, and branches paired runs from a state on the way."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch

from . import schedules
from .config import RunConfig
from .data import splits
from .encoding import Encoded, encode, vocabulary
from .evaluate import loss_of, score
from .models import ENCODER_DECODER, build
from .tasks import task_named

torch.set_flush_denormal(True)


def device() -> torch.device:
    """A GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class RunData:
    """Encoded splits of a run; `answer_length` is the mean number of answer tokens, END excluded."""

    train: Encoded
    validation: Encoded
    test: Encoded
    vocabulary_size: int
    answer_length: float
    sequence_length: int


def load_data(config: RunConfig) -> RunData:
    """Generates and encodes the run's data; raises ValueError if the task has too few questions."""
    parts = splits(task_named(config.task), config.trainSize, config.evalSize, config.labelNoise)
    if len(parts.train) < config.trainSize or len(parts.validation) < config.evalSize:
        raise ValueError(f"{config.task} has {len(parts.train)} train and {len(parts.validation)} validation "
                         f"questions, asked for {config.trainSize} and {config.evalSize}")
    numbers = vocabulary(parts)
    sets = [encode(part, numbers, config.family in ENCODER_DECODER) for part in (parts.train, parts.validation, parts.test)]
    mean_length = sum(len(answer) for _, answer in parts.test) / len(parts.test)
    longest = int(max(part.tokens.max() for part in sets))
    return RunData(*(part.to(device()) for part in sets), len(numbers) + 3, mean_length, longest)


def batches(size: int, batch_size: int, seed: int) -> Iterator[torch.Tensor]:
    """Endless batches of row numbers, shuffled anew in every epoch, without a remainder batch."""
    generator = torch.Generator().manual_seed(seed)
    batch_size = min(batch_size, size)
    while True:
        order = torch.randperm(size, generator=generator)
        for start in range(0, size - batch_size + 1, batch_size):
            yield order[start:start + batch_size]


def _optimizer(config: RunConfig, model: torch.nn.Module) -> torch.optim.Optimizer:
    if config.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=config.lr, momentum=0.9, weight_decay=config.weightDecay)
    return torch.optim.AdamW(model.parameters(), lr=config.lr, weight_decay=config.weightDecay,
                             betas=(0.9, 0.98), fused=True)


@dataclass
class Trainer:
    """The state of a run: model, optimiser, position in the data, and the points so far."""

    config: RunConfig
    data: RunData
    points: list[dict] = field(default_factory=list)
    step: int = 0
    tokens: int = 0
    learning_rate: Callable[[int], float] = field(init=False)

    def __post_init__(self):
        torch.manual_seed(self.config.seed)
        config = self.config
        self.model = build(config.family, self.data.vocabulary_size, config.width, config.depth,
                           config.dropout, config.normalization).to(device())
        self.model.train()
        self.optimizer = _optimizer(config, self.model)
        self.order = batches(len(self.data.train), config.batchSize, config.seed)
        self.learning_rate = self.planned_rate
        self._losses, self._norm = [], 0.0

    @property
    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.model.parameters())

    def planned_rate(self, step: int) -> float:
        """Learning rate of the plan at 0-based optimiser step `step`."""
        config = self.config
        return config.lr * schedules.factor(config.scheduler, step, config.steps, config.warmupSteps)

    def run(self, until: int, after_evaluation: Callable[["Trainer"], None] = lambda trainer: None) -> None:
        """Trains to step `until`, with an evaluation at every `evalEvery` steps."""
        while self.step < until:
            self.train_step()
            if self.step % self.config.evalEvery == 0 or self.step == until:
                self.evaluate()
                after_evaluation(self)

    def train_step(self) -> None:
        rows = next(self.order)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate(self.step)
        loss = loss_of(self.model, self.data.train.rows(rows))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clip = math.inf if self.config.clipNorm is None else self.config.clipNorm
        self._norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), clip)
        self.optimizer.step()
        self._losses.append(loss.detach())
        self.step += 1
        self.tokens += int(self.data.train.tokens[rows].sum())

    def evaluate(self) -> None:
        """Appends a point: validation and test exact match, losses, norm and rate of the last step."""
        validation, test = score(self.model, self.data.validation), score(self.model, self.data.test)
        batch = min(self.config.batchSize, len(self.data.train))
        steps_per_epoch = len(self.data.train) // batch
        self.points.append({
            "step": self.step, "tokens": self.tokens, "epoch": self.step / steps_per_epoch,
            "quality": validation.exact_match, "testQuality": test.exact_match, "evalLoss": validation.loss,
            "trainLoss": float(torch.stack(self._losses).mean()), "gradNorm": float(self._norm),
            "lr": self.learning_rate(self.step - 1)})
        self._losses = []

    def snapshot(self) -> dict:
        """Everything a branch needs to go on from here exactly as this run would."""
        return copy.deepcopy({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(),
                              "points": self.points, "step": self.step, "tokens": self.tokens,
                              "random": torch.get_rng_state()})

    def branch(self, snapshot: dict, learning_rate: Callable[[int], float]) -> "Trainer":
        """A trainer that goes on from `snapshot` with another learning rate and the same batches."""
        other = Trainer(self.config, self.data)
        state = copy.deepcopy(snapshot)
        other.model.load_state_dict(state["model"])
        other.optimizer.load_state_dict(state["optimizer"])
        other.points, other.step, other.tokens = state["points"], state["step"], state["tokens"]
        for _ in range(other.step):
            next(other.order)
        torch.set_rng_state(state["random"])
        other.learning_rate = learning_rate
        return other

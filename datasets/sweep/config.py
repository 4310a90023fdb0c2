"""What defines a run, and its id."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace


@dataclass(frozen=True)
class RunConfig:
    """One run. Everything but the labels `configSet` and `phenomenon` enters the id.

    Units: `steps`, `evalEvery` and `warmupSteps` in optimiser steps, `trainSize` and `batchSize` in
    examples, `evalSize` in validation questions, `labelNoise` and `dropout` as shares, `clipNorm` as
    the gradient norm that is clipped to (None: not clipped).
    """

    task: str
    family: str
    width: int
    depth: int
    trainSize: int
    steps: int
    evalEvery: int
    batchSize: int = 32
    evalSize: int = 500
    lr: float = 3e-3
    scheduler: str = "constant"
    warmupSteps: int = 0
    optimizer: str = "adamw"
    weightDecay: float = 0.0
    dropout: float = 0.0
    normalization: str = "native"
    labelNoise: float = 0.0
    clipNorm: float | None = 1.0
    seed: int = 0
    configSet: str = "core"
    phenomenon: str | None = None

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits of the SHA-256 of the sorted defining fields."""
        facts = {key: value for key, value in asdict(self).items() if key not in ("configSet", "phenomenon")}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def model(self) -> str:
        return f"{self.family}-d{self.width}-l{self.depth}"

    def but(self, **changes) -> "RunConfig":
        return replace(self, **changes)

    @classmethod
    def from_dict(cls, facts: dict) -> "RunConfig":
        return cls(**{field.name: facts[field.name] for field in fields(cls) if field.name in facts})

"""
The public JSON documents as dataclasses.

Written by tools/generate_contract.py from the JSON Schemas of the package: do not edit. Field names are in
snake_case; what a document holds beyond its schema is kept in `extra`, so that nothing is lost on the way
through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Optional, TypedDict, Union

from .record import Record, many


@dataclass
class CompositePolicyWarmup(Record):
    """Composite policy warmup, as in the JSON Schema."""

    evals: Optional[float] = None
    steps: Optional[float] = None
    tokens: Optional[float] = None
    fraction: Optional[float] = None
    updates_best: Optional[bool] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "evals": "evals",
        "steps": "steps",
        "tokens": "tokens",
        "fraction": "fraction",
        "updatesBest": "updates_best",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ()


@dataclass
class CompositePolicy(Record):
    """Composite policy, as in the JSON Schema."""

    version: Literal[1]
    criterion: Literal["anyOf", "allOf", "afterWarmup", "sequence", "guard", "relaxing"]
    of: list[Policy]
    warmup: Optional[CompositePolicyWarmup] = None
    params: Optional[dict[str, Any]] = None
    delivery: Optional[Literal["best", "last"]] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "version": "version",
        "criterion": "criterion",
        "of": "of",
        "warmup": "warmup",
        "params": "params",
        "delivery": "delivery",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("version", "criterion", "of")
    DECODERS: ClassVar[dict[str, Any]] = {
        "of": lambda value: many(policy_from_json)(value),
        "warmup": lambda value: CompositePolicyWarmup.from_json(value),
    }


@dataclass
class SinglePolicy(Record):
    """Single policy, as in the JSON Schema."""

    version: Literal[1]
    criterion: str
    threshold: Optional[float]
    monitor: Optional[Literal["quality", "evalLoss", "trainLoss", "gradNorm"]] = None
    direction: Optional[Literal["max", "min"]] = None
    params: Optional[dict[str, Any]] = None
    compare: Optional[Literal[">=", ">"]] = None
    warmup: Optional[CompositePolicyWarmup] = None
    nan: Optional[Literal["count", "stop", "ignore", "poison"]] = None
    delivery: Optional[Literal["best", "last"]] = None
    action: Optional[Any] = None
    model: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "version": "version",
        "criterion": "criterion",
        "threshold": "threshold",
        "monitor": "monitor",
        "direction": "direction",
        "params": "params",
        "compare": "compare",
        "warmup": "warmup",
        "nan": "nan",
        "delivery": "delivery",
        "action": "action",
        "model": "model",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("version", "criterion", "threshold")
    DECODERS: ClassVar[dict[str, Any]] = {
        "warmup": lambda value: CompositePolicyWarmup.from_json(value),
    }


Policy = Union[CompositePolicy, SinglePolicy]


def policy_from_json(value: Any) -> Policy:
    """Reads a Policy of any kind."""
    if "of" in value:
        return CompositePolicy.from_json(value)
    return SinglePolicy.from_json(value)


@dataclass
class Decision(Record):
    """Decision, as in the JSON Schema."""

    action: Literal["continue", "stop", "reduceLearningRate", "cooldown"]
    reason: str
    criterion: str
    value: Optional[float]
    threshold: Optional[float]
    step: float
    tokens: Optional[float]
    warning: Optional[str] = None
    factor: Optional[float] = None
    cooldown_tokens: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "action": "action",
        "reason": "reason",
        "criterion": "criterion",
        "value": "value",
        "threshold": "threshold",
        "step": "step",
        "tokens": "tokens",
        "warning": "warning",
        "factor": "factor",
        "cooldownTokens": "cooldown_tokens",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("action", "reason", "criterion", "value", "threshold", "step", "tokens")


@dataclass
class LiveAdvice(Record):
    """Live advice, as in the JSON Schema."""

    type: Literal["advice"]
    run: str
    mode: Literal["stop", "shadow", "audit"]
    using: Literal["learned", "start"]
    advice: dict[str, Any]
    sentence: str
    policy: dict[str, Any]
    feedback: Optional[dict[str, Any]]
    checkpoints: float
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "type": "type",
        "run": "run",
        "mode": "mode",
        "using": "using",
        "advice": "advice",
        "sentence": "sentence",
        "policy": "policy",
        "feedback": "feedback",
        "checkpoints": "checkpoints",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("type", "run", "mode", "using", "advice", "sentence", "policy", "feedback", "checkpoints")


@dataclass
class LiveCheckpoint(Record):
    """Live checkpoint, as in the JSON Schema."""

    type: Literal["checkpoint"]
    step: float
    tokens: Optional[float] = None
    epoch: Optional[float] = None
    quality: Optional[float] = None
    test_quality: Optional[float] = None
    eval_loss: Optional[float] = None
    train_loss: Optional[float] = None
    grad_norm: Optional[float] = None
    lr: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "type": "type",
        "step": "step",
        "tokens": "tokens",
        "epoch": "epoch",
        "quality": "quality",
        "testQuality": "test_quality",
        "evalLoss": "eval_loss",
        "trainLoss": "train_loss",
        "gradNorm": "grad_norm",
        "lr": "lr",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("type", "step")


@dataclass
class LiveDecisionSavedIfStopped(Record):
    """Live decision saved if stopped, as in the JSON Schema."""

    share: Optional[float]
    tokens: Optional[float]
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "share": "share",
        "tokens": "tokens",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("share", "tokens")


@dataclass
class LiveDecision(Record):
    """Live decision, as in the JSON Schema."""

    action: Literal["continue", "stop", "reduceLearningRate", "cooldown"]
    reason: str
    criterion: str
    value: Optional[float]
    threshold: Optional[float]
    step: float
    tokens: Optional[float]
    type: Literal["decision"]
    would_stop_at: Optional[float]
    saved_if_stopped: Optional[LiveDecisionSavedIfStopped]
    state: Any
    warning: Optional[str] = None
    factor: Optional[float] = None
    cooldown_tokens: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "action": "action",
        "reason": "reason",
        "criterion": "criterion",
        "value": "value",
        "threshold": "threshold",
        "step": "step",
        "tokens": "tokens",
        "type": "type",
        "wouldStopAt": "would_stop_at",
        "savedIfStopped": "saved_if_stopped",
        "state": "state",
        "warning": "warning",
        "factor": "factor",
        "cooldownTokens": "cooldown_tokens",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("action", "reason", "criterion", "value", "threshold", "step", "tokens", "type", "wouldStopAt", "savedIfStopped", "state")
    DECODERS: ClassVar[dict[str, Any]] = {
        "savedIfStopped": lambda value: LiveDecisionSavedIfStopped.from_json(value),
    }


@dataclass
class LiveEnd(Record):
    """Live end, as in the JSON Schema."""

    type: Literal["end"]
    end: Literal["completed", "early-stopped", "crashed"]
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "type": "type",
        "end": "end",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("type", "end")


@dataclass
class LiveError(Record):
    """Live error, as in the JSON Schema."""

    type: Literal["error"]
    code: str
    message: str
    hint: str
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "type": "type",
        "code": "code",
        "message": "message",
        "hint": "hint",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("type", "code", "message", "hint")


@dataclass
class LiveRecordedSaved(Record):
    """Live recorded saved, as in the JSON Schema."""

    share: Optional[float]
    tokens: Optional[float]
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "share": "share",
        "tokens": "tokens",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("share", "tokens")


@dataclass
class LiveRecordedShadow(Record):
    """Live recorded shadow, as in the JSON Schema."""

    share: float
    tokens: Optional[float]
    em_loss: float
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "share": "share",
        "tokens": "tokens",
        "emLoss": "em_loss",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("share", "tokens", "emLoss")


@dataclass
class LiveRecorded(Record):
    """Live recorded, as in the JSON Schema."""

    type: Literal["recorded"]
    run: str
    store: str
    saved: LiveRecordedSaved
    would_stop_at: Optional[float]
    summary: str
    shadow: Optional[LiveRecordedShadow] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "type": "type",
        "run": "run",
        "store": "store",
        "saved": "saved",
        "wouldStopAt": "would_stop_at",
        "summary": "summary",
        "shadow": "shadow",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("type", "run", "store", "saved", "wouldStopAt", "summary")
    DECODERS: ClassVar[dict[str, Any]] = {
        "saved": lambda value: LiveRecordedSaved.from_json(value),
        "shadow": lambda value: LiveRecordedShadow.from_json(value),
    }


@dataclass
class LiveStart(Record):
    """Live start, as in the JSON Schema."""

    type: Literal["start"]
    run: str
    task: Optional[dict[str, Any]] = None
    request: Optional[dict[str, Any]] = None
    mode: Optional[Literal["stop", "shadow", "audit", "auto"]] = None
    scale: Optional[Literal["unit", "percent"]] = None
    group: Optional[str] = None
    audit_share: Optional[float] = None
    learning_rate_actions: Optional[bool] = None
    state: Optional[Any] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "type": "type",
        "run": "run",
        "task": "task",
        "request": "request",
        "mode": "mode",
        "scale": "scale",
        "group": "group",
        "auditShare": "audit_share",
        "learningRateActions": "learning_rate_actions",
        "state": "state",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("type", "run")


@dataclass
class Outcome(Record):
    """Outcome, as in the JSON Schema."""

    stop_index: Optional[float]
    saving: float
    em_loss: float
    cost_unit: Literal["tokens", "steps", "epochs"]
    test_em_loss: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "stopIndex": "stop_index",
        "saving": "saving",
        "emLoss": "em_loss",
        "costUnit": "cost_unit",
        "testEmLoss": "test_em_loss",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("stopIndex", "saving", "emLoss", "costUnit")


@dataclass
class RecommendationPredictedSaving(Record):
    """Recommendation predicted saving, as in the JSON Schema."""

    mean: float
    low: float
    high: float
    median: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "mean": "mean",
        "low": "low",
        "high": "high",
        "median": "median",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("mean", "low", "high")


@dataclass
class RecommendationPredicted(Record):
    """Recommendation predicted, as in the JSON Schema."""

    saving: RecommendationPredictedSaving
    em_loss: RecommendationPredictedSaving
    cost_unit: Literal["tokens", "steps", "epochs"]
    em_loss_unclipped: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "saving": "saving",
        "emLoss": "em_loss",
        "costUnit": "cost_unit",
        "emLossUnclipped": "em_loss_unclipped",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("saving", "emLoss", "costUnit")
    DECODERS: ClassVar[dict[str, Any]] = {
        "saving": lambda value: RecommendationPredictedSaving.from_json(value),
        "emLoss": lambda value: RecommendationPredictedSaving.from_json(value),
    }


@dataclass
class RecommendationCertificate(Record):
    """Recommendation certificate, as in the JSON Schema."""

    statement: str
    event: str
    alpha: float
    scope: Literal["new-task", "same-task"]
    metric_class: Literal["match", "overlap", "error-rate", "correlation", "loss"]
    n_groups: float
    certified: bool
    missing_groups: Optional[float] = None
    reason: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "statement": "statement",
        "event": "event",
        "alpha": "alpha",
        "scope": "scope",
        "metricClass": "metric_class",
        "nGroups": "n_groups",
        "certified": "certified",
        "missingGroups": "missing_groups",
        "reason": "reason",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("statement", "event", "alpha", "scope", "metricClass", "nGroups", "certified")


@dataclass
class RecommendationEvidence(Record):
    """Recommendation evidence, as in the JSON Schema."""

    run: str
    weight: float
    saving: float
    em_loss: float
    name: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "run": "run",
        "weight": "weight",
        "saving": "saving",
        "emLoss": "em_loss",
        "name": "name",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("run", "weight", "saving", "emLoss")


@dataclass
class RecommendationDistance(Record):
    """Recommendation distance, as in the JSON Schema."""

    value: float
    gate: float
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "value": "value",
        "gate": "gate",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("value", "gate")


@dataclass
class RecommendationPareto(Record):
    """Recommendation pareto, as in the JSON Schema."""

    policy: Policy
    saving: float
    em_loss: float
    chosen: Optional[bool] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "policy": "policy",
        "saving": "saving",
        "emLoss": "em_loss",
        "chosen": "chosen",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("policy", "saving", "emLoss")
    DECODERS: ClassVar[dict[str, Any]] = {
        "policy": lambda value: policy_from_json(value),
    }


@dataclass
class RecommendationAdviceLearnedPolicyWarmup(Record):
    """Recommendation advice learned policy warmup, as in the JSON Schema."""

    evals: Optional[float] = None
    steps: Optional[float] = None
    tokens: Optional[float] = None
    fraction: Optional[float] = None
    updates_best: Optional[bool] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "evals": "evals",
        "steps": "steps",
        "tokens": "tokens",
        "fraction": "fraction",
        "updatesBest": "updates_best",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ()


@dataclass
class RecommendationAdviceLearnedPolicy(Record):
    """Recommendation advice learned policy, as in the JSON Schema."""

    version: Literal[1]
    criterion: str
    threshold: Optional[float]
    monitor: Optional[Literal["quality", "evalLoss", "trainLoss", "gradNorm"]] = None
    direction: Optional[Literal["max", "min"]] = None
    params: Optional[dict[str, Any]] = None
    compare: Optional[Literal[">=", ">"]] = None
    warmup: Optional[RecommendationAdviceLearnedPolicyWarmup] = None
    nan: Optional[Literal["count", "stop", "ignore", "poison"]] = None
    delivery: Optional[Literal["best", "last"]] = None
    action: Optional[Any] = None
    model: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "version": "version",
        "criterion": "criterion",
        "threshold": "threshold",
        "monitor": "monitor",
        "direction": "direction",
        "params": "params",
        "compare": "compare",
        "warmup": "warmup",
        "nan": "nan",
        "delivery": "delivery",
        "action": "action",
        "model": "model",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("version", "criterion", "threshold")
    DECODERS: ClassVar[dict[str, Any]] = {
        "warmup": lambda value: RecommendationAdviceLearnedPolicyWarmup.from_json(value),
    }


@dataclass
class RecommendationAdviceLearned(Record):
    """Recommendation advice learned, as in the JSON Schema."""

    status: Literal["certified", "uncertified", "abstained"]
    policy: RecommendationAdviceLearnedPolicy
    sentence: str
    predicted: RecommendationPredicted
    certificate: RecommendationCertificate
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "status": "status",
        "policy": "policy",
        "sentence": "sentence",
        "predicted": "predicted",
        "certificate": "certificate",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("status", "policy", "sentence", "predicted", "certificate")
    DECODERS: ClassVar[dict[str, Any]] = {
        "policy": lambda value: RecommendationAdviceLearnedPolicy.from_json(value),
        "predicted": lambda value: RecommendationPredicted.from_json(value),
        "certificate": lambda value: RecommendationCertificate.from_json(value),
    }


@dataclass
class RecommendationAdviceCadenceRow(Record):
    """Recommendation advice cadence row, as in the JSON Schema."""

    evaluations: float
    saving: float
    em_loss: float
    within_bound: bool
    eval_every: Optional[float] = None
    saving_with_evaluation: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "evaluations": "evaluations",
        "saving": "saving",
        "emLoss": "em_loss",
        "withinBound": "within_bound",
        "evalEvery": "eval_every",
        "savingWithEvaluation": "saving_with_evaluation",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("evaluations", "saving", "emLoss", "withinBound")


@dataclass
class RecommendationAdviceCadenceEvalCost(Record):
    """Recommendation advice cadence eval cost, as in the JSON Schema."""

    tokens: float
    from_: Literal["given", "estimated"]
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "tokens": "tokens",
        "from": "from_",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("tokens", "from")


@dataclass
class RecommendationAdviceCadence(Record):
    """Recommendation advice cadence, as in the JSON Schema."""

    note: str
    evaluations: float
    rows: list[RecommendationAdviceCadenceRow]
    planned: Optional[float] = None
    eval_cost: Optional[RecommendationAdviceCadenceEvalCost] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "note": "note",
        "evaluations": "evaluations",
        "rows": "rows",
        "planned": "planned",
        "evalCost": "eval_cost",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("note", "evaluations", "rows")
    DECODERS: ClassVar[dict[str, Any]] = {
        "rows": lambda value: many(RecommendationAdviceCadenceRow.from_json)(value),
        "evalCost": lambda value: RecommendationAdviceCadenceEvalCost.from_json(value),
    }


@dataclass
class RecommendationAdviceConsiderVariantEmChange(Record):
    """Recommendation advice consider variant em change, as in the JSON Schema."""

    mean: float
    low: float
    high: float
    median: Optional[float] = None
    level: Optional[float] = None
    n_groups: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "mean": "mean",
        "low": "low",
        "high": "high",
        "median": "median",
        "level": "level",
        "nGroups": "n_groups",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("mean", "low", "high")


@dataclass
class RecommendationAdviceConsiderVariant(Record):
    """Recommendation advice consider variant, as in the JSON Schema."""

    label: str
    kind: Literal["data-fraction", "regularisation"]
    set: dict[str, Any]
    policy: Optional[Policy] = None
    sentence: Optional[str] = None
    em_change: Optional[RecommendationAdviceConsiderVariantEmChange] = None
    final_em: Optional[float] = None
    tokens: Optional[float] = None
    within_bound: Optional[bool] = None
    within_bound_at_worst: Optional[bool] = None
    reason: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "label": "label",
        "kind": "kind",
        "set": "set",
        "policy": "policy",
        "sentence": "sentence",
        "emChange": "em_change",
        "finalEm": "final_em",
        "tokens": "tokens",
        "withinBound": "within_bound",
        "withinBoundAtWorst": "within_bound_at_worst",
        "reason": "reason",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("label", "kind", "set")
    DECODERS: ClassVar[dict[str, Any]] = {
        "policy": lambda value: policy_from_json(value),
        "emChange": lambda value: RecommendationAdviceConsiderVariantEmChange.from_json(value),
    }


@dataclass
class RecommendationAdviceConsider(Record):
    """Recommendation advice consider, as in the JSON Schema."""

    note: str
    variants: list[RecommendationAdviceConsiderVariant]
    plan: Optional[str] = None
    basis: Optional[str] = None
    final_em: Optional[RecommendationPredictedSaving] = None
    best: Optional[str] = None
    reason: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "note": "note",
        "variants": "variants",
        "plan": "plan",
        "basis": "basis",
        "finalEm": "final_em",
        "best": "best",
        "reason": "reason",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("note", "variants")
    DECODERS: ClassVar[dict[str, Any]] = {
        "variants": lambda value: many(RecommendationAdviceConsiderVariant.from_json)(value),
        "finalEm": lambda value: RecommendationPredictedSaving.from_json(value),
    }


@dataclass
class RecommendationAdvice(Record):
    """Recommendation advice, as in the JSON Schema."""

    learned: Optional[RecommendationAdviceLearned] = None
    eval_every: Optional[float] = None
    cadence: Optional[RecommendationAdviceCadence] = None
    consider: Optional[RecommendationAdviceConsider] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "learned": "learned",
        "evalEvery": "eval_every",
        "cadence": "cadence",
        "consider": "consider",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ()
    DECODERS: ClassVar[dict[str, Any]] = {
        "learned": lambda value: RecommendationAdviceLearned.from_json(value),
        "cadence": lambda value: RecommendationAdviceCadence.from_json(value),
        "consider": lambda value: RecommendationAdviceConsider.from_json(value),
    }


@dataclass
class RecommendationModel(Record):
    """Recommendation model, as in the JSON Schema."""

    version: str
    trained_on: str
    hash: Optional[str] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "version": "version",
        "trainedOn": "trained_on",
        "hash": "hash",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("version", "trainedOn")


@dataclass
class RecommendationHypervolumeReference(Record):
    """Recommendation hypervolume reference, as in the JSON Schema."""

    saving: float
    em_loss: float
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "saving": "saving",
        "emLoss": "em_loss",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("saving", "emLoss")


@dataclass
class RecommendationHypervolume(Record):
    """Recommendation hypervolume, as in the JSON Schema."""

    value: float
    reference: RecommendationHypervolumeReference
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "value": "value",
        "reference": "reference",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("value", "reference")
    DECODERS: ClassVar[dict[str, Any]] = {
        "reference": lambda value: RecommendationHypervolumeReference.from_json(value),
    }


@dataclass
class RecommendationPopulationOutside(Record):
    """Recommendation population outside, as in the JSON Schema."""

    fact: str
    value: float
    low: float
    high: float
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "fact": "fact",
        "value": "value",
        "low": "low",
        "high": "high",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("fact", "value", "low", "high")


@dataclass
class RecommendationPopulation(Record):
    """Recommendation population, as in the JSON Schema."""

    regime: Literal["fine-tuning", "pre-training", "from-scratch"]
    assumed: bool
    n_runs: float
    n_groups: float
    outside: list[RecommendationPopulationOutside]
    missing: list[str]
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "regime": "regime",
        "assumed": "assumed",
        "nRuns": "n_runs",
        "nGroups": "n_groups",
        "outside": "outside",
        "missing": "missing",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("regime", "assumed", "nRuns", "nGroups", "outside", "missing")
    DECODERS: ClassVar[dict[str, Any]] = {
        "outside": lambda value: many(RecommendationPopulationOutside.from_json)(value),
    }


@dataclass
class RecommendationTask(Record):
    """Recommendation task, as in the JSON Schema."""

    name: Optional[str] = None
    dataset_size: Optional[float] = None
    answer_length: Optional[float] = None
    family: Optional[str] = None
    model: Optional[str] = None
    params: Optional[float] = None
    max_steps: Optional[float] = None
    max_tokens: Optional[float] = None
    epochs: Optional[float] = None
    batch_size: Optional[float] = None
    sequence_length: Optional[float] = None
    evals: Optional[float] = None
    eval_size: Optional[float] = None
    learning_rate: Optional[float] = None
    schedule: Optional[str] = None
    warmup_steps: Optional[float] = None
    weight_decay: Optional[float] = None
    dropout: Optional[float] = None
    normalization: Optional[str] = None
    metric: Optional[str] = None
    metric_class: Optional[Literal["match", "overlap", "error-rate", "correlation", "loss"]] = None
    regime: Optional[Literal["fine-tuning", "pre-training", "from-scratch"]] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "name": "name",
        "datasetSize": "dataset_size",
        "answerLength": "answer_length",
        "family": "family",
        "model": "model",
        "params": "params",
        "maxSteps": "max_steps",
        "maxTokens": "max_tokens",
        "epochs": "epochs",
        "batchSize": "batch_size",
        "sequenceLength": "sequence_length",
        "evals": "evals",
        "evalSize": "eval_size",
        "learningRate": "learning_rate",
        "schedule": "schedule",
        "warmupSteps": "warmup_steps",
        "weightDecay": "weight_decay",
        "dropout": "dropout",
        "normalization": "normalization",
        "metric": "metric",
        "metricClass": "metric_class",
        "regime": "regime",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ()


@dataclass
class Recommendation(Record):
    """Recommendation, as in the JSON Schema."""

    status: Literal["certified", "uncertified", "abstained"]
    policy: Policy
    sentence: str
    predicted: RecommendationPredicted
    certificate: RecommendationCertificate
    evidence: list[RecommendationEvidence]
    distance: RecommendationDistance
    pareto: list[RecommendationPareto]
    config: Optional[dict[str, Any]]
    advice: RecommendationAdvice
    model: RecommendationModel
    hypervolume: Optional[RecommendationHypervolume] = None
    population: Optional[RecommendationPopulation] = None
    task: Optional[RecommendationTask] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "status": "status",
        "policy": "policy",
        "sentence": "sentence",
        "predicted": "predicted",
        "certificate": "certificate",
        "evidence": "evidence",
        "distance": "distance",
        "pareto": "pareto",
        "config": "config",
        "advice": "advice",
        "model": "model",
        "hypervolume": "hypervolume",
        "population": "population",
        "task": "task",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("status", "policy", "sentence", "predicted", "certificate", "evidence", "distance", "pareto", "config", "advice", "model")
    DECODERS: ClassVar[dict[str, Any]] = {
        "policy": lambda value: policy_from_json(value),
        "predicted": lambda value: RecommendationPredicted.from_json(value),
        "certificate": lambda value: RecommendationCertificate.from_json(value),
        "evidence": lambda value: many(RecommendationEvidence.from_json)(value),
        "distance": lambda value: RecommendationDistance.from_json(value),
        "pareto": lambda value: many(RecommendationPareto.from_json)(value),
        "advice": lambda value: RecommendationAdvice.from_json(value),
        "model": lambda value: RecommendationModel.from_json(value),
        "hypervolume": lambda value: RecommendationHypervolume.from_json(value),
        "population": lambda value: RecommendationPopulation.from_json(value),
        "task": lambda value: RecommendationTask.from_json(value),
    }


@dataclass
class RunRecordPoint(Record):
    """Run record point, as in the JSON Schema."""

    step: float
    tokens: Optional[float] = None
    epoch: Optional[float] = None
    quality: Optional[float] = None
    value: Optional[float] = None
    test_quality: Optional[float] = None
    eval_loss: Optional[float] = None
    train_loss: Optional[float] = None
    grad_norm: Optional[float] = None
    lr: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "step": "step",
        "tokens": "tokens",
        "epoch": "epoch",
        "quality": "quality",
        "value": "value",
        "testQuality": "test_quality",
        "evalLoss": "eval_loss",
        "trainLoss": "train_loss",
        "gradNorm": "grad_norm",
        "lr": "lr",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("step",)


@dataclass
class RunRecord(Record):
    """Run record, as in the JSON Schema."""

    id: str
    metric: str
    points: list[RunRecordPoint]
    source: Optional[str] = None
    path: Optional[str] = None
    group: Optional[str] = None
    sweep: Optional[str] = None
    task: Optional[str] = None
    model: Optional[str] = None
    family: Optional[str] = None
    params: Optional[float] = None
    dataset_size: Optional[float] = None
    answer_length: Optional[float] = None
    kind: Optional[Literal["quality", "loss"]] = None
    higher_is_better: Optional[bool] = None
    regime: Optional[Literal["fine-tuning", "pre-training", "from-scratch"]] = None
    hyper: Optional[dict[str, Any]] = None
    planned_steps: Optional[float] = None
    planned_tokens: Optional[float] = None
    planned_epochs: Optional[float] = None
    end: Optional[Literal["completed", "early-stopped", "target-reached", "crashed", "running", "unknown"]] = None
    eval_size: Optional[float] = None
    original_points: Optional[float] = None
    would_stop_at: Optional[float] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "id": "id",
        "metric": "metric",
        "points": "points",
        "source": "source",
        "path": "path",
        "group": "group",
        "sweep": "sweep",
        "task": "task",
        "model": "model",
        "family": "family",
        "params": "params",
        "datasetSize": "dataset_size",
        "answerLength": "answer_length",
        "kind": "kind",
        "higherIsBetter": "higher_is_better",
        "regime": "regime",
        "hyper": "hyper",
        "plannedSteps": "planned_steps",
        "plannedTokens": "planned_tokens",
        "plannedEpochs": "planned_epochs",
        "end": "end",
        "evalSize": "eval_size",
        "originalPoints": "original_points",
        "wouldStopAt": "would_stop_at",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("id", "metric", "points")
    DECODERS: ClassVar[dict[str, Any]] = {
        "points": lambda value: many(RunRecordPoint.from_json)(value),
    }


@dataclass
class Task(Record):
    """Task, as in the JSON Schema."""

    name: Optional[str] = None
    dataset_size: Optional[float] = None
    answer_length: Optional[float] = None
    family: Optional[str] = None
    model: Optional[str] = None
    params: Optional[float] = None
    max_steps: Optional[float] = None
    max_tokens: Optional[float] = None
    epochs: Optional[float] = None
    batch_size: Optional[float] = None
    sequence_length: Optional[float] = None
    evals: Optional[float] = None
    eval_size: Optional[float] = None
    learning_rate: Optional[float] = None
    schedule: Optional[str] = None
    warmup_steps: Optional[float] = None
    weight_decay: Optional[float] = None
    dropout: Optional[float] = None
    normalization: Optional[str] = None
    metric: Optional[str] = None
    metric_class: Optional[Literal["match", "overlap", "error-rate", "correlation", "loss"]] = None
    regime: Optional[Literal["fine-tuning", "pre-training", "from-scratch"]] = None
    extra: dict[str, Any] = field(default_factory=dict)

    NAMES: ClassVar[dict[str, str]] = {
        "name": "name",
        "datasetSize": "dataset_size",
        "answerLength": "answer_length",
        "family": "family",
        "model": "model",
        "params": "params",
        "maxSteps": "max_steps",
        "maxTokens": "max_tokens",
        "epochs": "epochs",
        "batchSize": "batch_size",
        "sequenceLength": "sequence_length",
        "evals": "evals",
        "evalSize": "eval_size",
        "learningRate": "learning_rate",
        "schedule": "schedule",
        "warmupSteps": "warmup_steps",
        "weightDecay": "weight_decay",
        "dropout": "dropout",
        "normalization": "normalization",
        "metric": "metric",
        "metricClass": "metric_class",
        "regime": "regime",
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ()


class TaskFacts(TypedDict, total=False):
    """The task as keyword arguments; unknown facts are left out."""

    name: Optional[str]
    dataset_size: Union[float, str, None]
    answer_length: Union[float, str, None]
    family: Optional[str]
    model: Optional[str]
    params: Union[float, str, None]
    max_steps: Union[float, str, None]
    max_tokens: Union[float, str, None]
    epochs: Union[float, str, None]
    batch_size: Union[float, str, None]
    sequence_length: Union[float, str, None]
    evals: Union[float, str, None]
    eval_size: Union[float, str, None]
    learning_rate: Union[float, str, None]
    schedule: Optional[str]
    warmup_steps: Union[float, str, None]
    weight_decay: Union[float, str, None]
    dropout: Union[float, str, None]
    normalization: Optional[str]
    metric: Optional[str]
    metric_class: Optional[Literal["match", "overlap", "error-rate", "correlation", "loss"]]
    regime: Optional[Literal["fine-tuning", "pre-training", "from-scratch"]]

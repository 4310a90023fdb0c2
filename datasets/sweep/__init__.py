"""How exact match grows: a sweep of small sequence models on generated question-answer tasks."""

SWEEP = "qa-sweep-1"
SOURCE = "stopwise/datasets"

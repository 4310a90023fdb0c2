"""A first saved run: a small T5 learns to say numbers backwards, and stopwise ends it when it is good enough."""

import random

import torch
from datasets import Dataset
from transformers import T5Config, T5ForConditionalGeneration, Trainer, TrainingArguments, set_seed

from stopwise.transformers import StopwiseCallback

set_seed(0)
torch.set_num_threads(1)


def numbers(how_many, seed):
    chance = random.Random(seed)
    digits = [[chance.randrange(10) + 2 for _ in range(4)] for _ in range(how_many)]
    return Dataset.from_dict(
        {"input_ids": [[*one, 1] for one in digits], "labels": [[*one[::-1], 1] for one in digits]}
    )


def collate(items):
    return {name: torch.tensor([item[name] for item in items]) for name in ("input_ids", "labels")}


def exact_match(told):
    answers = told.predictions[0].argmax(-1)
    return {"exact_match": float((answers == told.label_ids).all(-1).mean())}


config = T5Config(
    vocab_size=16, d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2, dropout_rate=0.0, decoder_start_token_id=0
)
trainer = Trainer(
    model=T5ForConditionalGeneration(config),
    args=TrainingArguments(
        output_dir="first-run",
        max_steps=960,
        per_device_train_batch_size=32,
        per_device_eval_batch_size=500,
        learning_rate=5e-3,
        lr_scheduler_type="constant",
        eval_strategy="steps",
        eval_steps=24,
        save_strategy="steps",
        save_steps=24,
        save_total_limit=2,
        logging_steps=24,
        metric_for_best_model="exact_match",
        greater_is_better=True,
        load_best_model_at_end=True,
        include_num_input_tokens_seen="all",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    ),
    train_dataset=numbers(3000, seed=1),
    eval_dataset=numbers(500, seed=2),
    data_collator=collate,
    compute_metrics=exact_match,
    callbacks=[StopwiseCallback(max_em_loss="1pt")],  # the one line
)
trainer.train()
print(f"{trainer.state.global_step} of {trainer.state.max_steps} steps, best EM {trainer.state.best_metric:.3f}")

"""Trains a tiny model with the Transformers Trainer, which logs to its state, TensorBoard, W&B offline and the console."""
import os, sys
out = sys.argv[1]
os.environ.update(WANDB_MODE="offline", WANDB_DIR=out, WANDB_SILENT="true", TENSORBOARD_LOGGING_DIR=f"{out}/output/runs")
import numpy as np, torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

set_seed(3)
config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2)

class Rows(torch.utils.data.Dataset):
    def __init__(self, n, seed):
        rows = torch.randint(0, 50, (n, 8), generator=torch.Generator().manual_seed(seed))
        self.rows = [{"input_ids": row, "attention_mask": torch.ones(8, dtype=torch.long), "labels": int(row.sum() > 196)} for row in rows]
    def __len__(self): return len(self.rows)
    def __getitem__(self, at): return self.rows[at]

arguments = TrainingArguments(
    output_dir=f"{out}/output", max_steps=60, per_device_train_batch_size=8, learning_rate=5e-3, eval_strategy="steps",
    eval_steps=10, logging_steps=10, save_steps=30, report_to=["tensorboard", "wandb"], disable_tqdm=True, use_cpu=True, run_name="tiny", seed=3)
trainer = Trainer(
    model=BertForSequenceClassification(config), args=arguments, train_dataset=Rows(256, 1), eval_dataset=Rows(96, 2),
    compute_metrics=lambda p: {"accuracy": float((np.argmax(p.predictions, -1) == p.label_ids).mean())})
trainer.train()
trainer.save_state()

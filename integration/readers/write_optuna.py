"""Optuna: three trials in a journal and in a database."""
import os, sys, optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
out = sys.argv[1]
def objective(trial):
    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    for step in range(1, 9):
        trial.report(1 - 1 / (1 + step * rate * 20), step)
    return 1 - 1 / (1 + 160 * rate)
for name, storage in (("journal", lambda: JournalStorage(JournalFileBackend(f"{out}/journal/journal.log"))), ("sqlite", lambda: f"sqlite:///{out}/sqlite/study.db")):
    os.makedirs(f"{out}/{name}")
    optuna.create_study(storage=storage(), study_name="sweep", direction="maximize", sampler=optuna.samplers.RandomSampler(seed=1)).optimize(objective, n_trials=3)

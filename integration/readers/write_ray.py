"""Ray Tune: two trials of six reports."""
import os, sys
os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
import ray
from ray import tune
def train(config):
    for step in range(1, 7):
        tune.report({"eval_accuracy": 1 - 1 / (1 + step * config["lr"]), "eval_loss": 1 / step})
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
tune.Tuner(train, param_space={"lr": tune.grid_search([0.5, 0.9])}, run_config=tune.RunConfig(name="sweep", storage_path=sys.argv[1])).fit()

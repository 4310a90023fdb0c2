"""XGBoost and LightGBM: consoles and evals_result."""
import json, os, subprocess, sys
out = sys.argv[1]
if len(sys.argv) == 2:
    for name in ("xgboost", "lightgbm"):
        os.makedirs(f"{out}/{name}")
        with open(f"{out}/{name}/train.log", "w") as console:
            subprocess.run([sys.executable, __file__, out, name], stdout=console, stderr=subprocess.STDOUT, check=True)
    sys.exit()
import numpy as np
rng = np.random.default_rng(1)
x = rng.normal(size=(400, 4)); y = (x.sum(-1) + rng.normal(size=400) > 0).astype(int)
if sys.argv[2] == "xgboost":
    import xgboost
    train, valid = xgboost.DMatrix(x[:300], y[:300]), xgboost.DMatrix(x[300:], y[300:])
    result = {}
    xgboost.train({"objective": "binary:logistic", "eval_metric": ["logloss", "auc"], "nthread": 1}, train, 12, evals=[(train, "train"), (valid, "eval")], evals_result=result)
else:
    import lightgbm
    train = lightgbm.Dataset(x[:300], y[:300]); result = {}
    lightgbm.train({"objective": "binary", "metric": ["binary_logloss"], "num_threads": 1, "verbose": -1}, train, 12,
                   valid_sets=[lightgbm.Dataset(x[300:], y[300:], reference=train)], callbacks=[lightgbm.log_evaluation(1), lightgbm.record_evaluation(result)])
os.makedirs(f"{out}/{sys.argv[2]}-result")
json.dump(result, open(f"{out}/{sys.argv[2]}-result/evals_result.json", "w"))

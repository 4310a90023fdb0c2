"""Golden numbers for boosting.test.ts and weighted-quantile.test.ts, made with numpy and scikit-learn.

Run: python boosting.golden.py > boosting.golden.json
"""

import json

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.tree import DecisionTreeRegressor

rng = np.random.default_rng(20261121)
x = rng.integers(0, 40, size=(120, 3)).astype(float)
y = np.round(np.sin(x[:, 0] / 6) + (x[:, 1] > 20) * 0.7 + rng.normal(0, 0.1, 120), 4)
w = rng.integers(1, 4, size=120).astype(float)

tree = DecisionTreeRegressor(max_leaf_nodes=5, min_samples_leaf=5, random_state=0).fit(x, y, w)
squared = GradientBoostingRegressor(
    max_depth=None, max_leaf_nodes=4, min_samples_leaf=5,
    learning_rate=0.3, n_estimators=12, random_state=0,
).fit(x, y, w)
side = x[:, 1] > 20
print(json.dumps({
    "made": f"numpy {np.__version__}, scikit-learn {sklearn.__version__}, seed 20261121",
    "x": x.tolist(),
    "y": y.tolist(),
    "w": w.tolist(),
    "tree": tree.predict(x).tolist(),
    "squared": squared.predict(x).tolist(),
    "sides": [
        float(np.quantile(y[mask], 0.8, method="inverted_cdf", weights=w[mask])) for mask in (~side, side)
    ],
    "quantiles": [
        [level, float(np.quantile(y, level, method="inverted_cdf", weights=w))]
        for level in (0.05, 0.2, 0.5, 0.8, 0.95)
    ],
}))

"""Keras: CSVLogger, and its History as JSON."""
import os, sys, json
os.environ["KERAS_BACKEND"] = "jax"
import keras, numpy as np
out = sys.argv[1]
keras.utils.set_random_seed(1)
x = np.random.randn(256, 4).astype("float32")
y = (x.sum(-1) > 0).astype("int32")
model = keras.Sequential([keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
os.makedirs(f"{out}/csv"); os.makedirs(f"{out}/history")
history = model.fit(x, y, validation_split=0.25, epochs=6, verbose=0, callbacks=[keras.callbacks.CSVLogger(f"{out}/csv/training.csv")])
json.dump(history.history, open(f"{out}/history/history.json", "w"))

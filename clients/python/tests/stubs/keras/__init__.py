"""Just enough of Keras to run the callback by hand."""

from types import SimpleNamespace


class Callback:
    pass


callbacks = SimpleNamespace(Callback=Callback)

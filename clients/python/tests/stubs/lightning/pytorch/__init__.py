"""Just enough of Lightning to run the callback by hand."""


class Callback:
    pass

"""qgate: one honest verdict on what a change brought in."""

__version__ = "0.1.0"

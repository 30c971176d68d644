"""Settings: declared once, decoded strictly, each value knowing where it came from."""

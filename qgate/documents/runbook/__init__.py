"""Runbooks: their sections, their commands, and the alerts they belong to."""

"""A runner for composite actions, as far as ours needs one."""

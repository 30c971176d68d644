"""A run in CI: what it is there for, what is judged then, and what is written where."""

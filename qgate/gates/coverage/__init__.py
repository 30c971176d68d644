"""The gate `coverage`: whether the statements that this change touches are covered by tests."""

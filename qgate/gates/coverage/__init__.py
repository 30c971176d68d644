"""The gate `coverage`: are the statements that this change touches covered by tests?"""

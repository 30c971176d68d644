"""Checklists: templates with stable items, and what was ticked."""

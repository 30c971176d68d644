"""The gates whose findings come from other programs: lint, types, audit, and any of one's own."""

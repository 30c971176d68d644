"""The trusted side: policy of the base, judged and published through GitHub's API.

Nothing of the pull request is checked out, run, or believed: docs/explanation/two-trust-levels.md.
"""

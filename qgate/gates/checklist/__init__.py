"""Whether the checklist in the body of a pull request is answered."""

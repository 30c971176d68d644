"""Who owns a path, who should review a change, and whether those who must have approved it."""

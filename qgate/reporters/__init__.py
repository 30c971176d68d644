"""Report to text, pure: nothing here writes, asks or decides."""

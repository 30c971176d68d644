"""qgate beside diff-cover on real histories, run by hand: none of it is a test."""

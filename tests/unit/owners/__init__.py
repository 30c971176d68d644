"""Unit tests of qgate.owners."""

"""Unit tests of qgate.reporters."""

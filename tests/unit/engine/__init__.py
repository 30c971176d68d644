"""Unit tests of qgate.engine."""

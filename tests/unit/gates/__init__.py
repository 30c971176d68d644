"""Unit tests of qgate.gates."""

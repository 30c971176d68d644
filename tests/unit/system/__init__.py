"""Unit tests of qgate.system."""

"""Unit tests of qgate.model."""

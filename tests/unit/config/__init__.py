"""Unit tests of qgate.config."""

"""Tests of qgate.parse.findings."""

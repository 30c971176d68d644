"""Tests of qgate.gates.tools."""

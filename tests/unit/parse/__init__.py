"""Tests of qgate.parse."""

"""The tests of qgate."""

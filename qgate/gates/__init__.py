"""The gates: each judges one part of the process and gives one `GateResult`."""

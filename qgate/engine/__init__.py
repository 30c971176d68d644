"""From a request to one report: changes, plan, run, deliver."""

"""Incidents and post-mortems: severity, times, timelines, edits and drafts. Pure."""

"""Records in the three forms, as texts and as what is read of them."""

from qgate.documents.adr.record import Record
from qgate.parse.documents import read

NYGARD = """\
# 3. Use one database

Date: 2024-05-01

## Status

Accepted

## Context

There are two.

## Decision

We will use one.

## Consequences

One is left.
"""
MADR = """\
---
status: accepted
date: 2024-05-01
---
# Use one database

## Context and Problem Statement

There are two.

## Considered Options

* Keep both
* Use one

## Decision Outcome

Chosen option: "Use one", because one is enough.
"""
BULLETS = """\
# Use one database

- Status: accepted
- Date: 2024-05-01

## Context and Problem Statement

There are two.

## Decision Outcome

One of them.

## Links

- [An address](https://example.com/)
"""


def record(text: str, name: str = "0003-use-one-database.md") -> Record:
    """What is read of a text by this file's name."""
    return Record(read(text.encode(), f"docs/adr/{name}"))

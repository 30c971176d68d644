"""Small Cobertura reports for the tests of qgate.parse.cobertura."""

from typing import Final

import pytest

from qgate.errors import MalformedReport
from qgate.parse import cobertura

PROLOG: Final = b'<?xml version="1.0" ?>\n'
HEAD: Final = (
    PROLOG + b"<coverage><sources><source>/src</source></sources><packages><package><classes>"
)
TAIL: Final = b"</classes></package></packages></coverage>\n"


def a_class(filename: bytes, lines: bytes = b'<line number="1" hits="1"/>') -> bytes:
    """Write one class the way most writers do."""
    return b'<class name="m" filename="%b"><methods/><lines>%b</lines></class>' % (filename, lines)


def report(*classes: bytes) -> bytes:
    """Write a report of these classes."""
    return HEAD + b"".join(classes) + TAIL


def read_all(data: bytes) -> None:
    """Open the report and read every file in it."""
    opened = cobertura.parse(data)
    for path in opened.paths:
        opened.file(path)


def refusal(data: bytes) -> str:
    """Open the report, read all its files, and give the message of the refusal."""
    with pytest.raises(MalformedReport) as caught:
        read_all(data)
    return caught.value.message


def executed(data: bytes, path: str) -> frozenset[int]:
    """Open the report and give the lines of one file that ran."""
    return cobertura.parse(data).file(path).executed

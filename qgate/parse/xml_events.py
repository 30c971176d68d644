"""XML to start and end events through expat, for reports that may come from a stranger.

Entities and internal DTD subsets are refused. A bare `<!DOCTYPE name SYSTEM "...">`, which
JaCoCo and gcovr always write, is let through: expat never fetches it, and it declares nothing.
"""

import mmap
from collections.abc import Callable, Mapping
from typing import cast
from xml.parsers import expat

from qgate.errors import MalformedReport

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def parse(
    data: bytes | mmap.mmap, *, start: Start, end: End | None = None, text: Text | None = None
) -> None:
    """Call `start(name, attributes)` and `end(name)` for each element, in document order.

    `text(part)` gets the character data between them, which may come in several parts.

    Raises `MalformedReport` where the text is not well-formed, is cut off, or declares
    an entity or an internal DTD subset.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
        parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_internal_subset
    parser.EntityDeclHandler = _refuse_entity
    try:
        # expat reads any buffer; its type stub names only the usual one.
        parser.Parse(cast("bytes", data), True)  # noqa: FBT003 - expat's own order
    except expat.ExpatError as error:
        raise MalformedReport(
            f"not well-formed XML, or cut off: {expat.ErrorString(error.code)} "
            f"(line {error.lineno}, column {error.offset + 1})"
        ) from error
    except (LookupError, ValueError) as error:
        # The declaration names an encoding that is unknown, or one expat cannot use.
        raise MalformedReport(f"not readable XML: {error}") from error


def _refuse_internal_subset(
    _name: str, _system_id: str | None, _public_id: str | None, has_internal_subset: int
) -> None:
    if has_internal_subset:
        raise MalformedReport("the XML carries an internal DTD; qgate refuses to read it")


def _refuse_entity(*_declaration: object) -> None:
    raise MalformedReport("the XML declares an entity; qgate refuses to read it")

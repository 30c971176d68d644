"""The one file of a zipped artifact, which a stranger's run may have packed.

Nothing is written anywhere: a member's name is compared and never used as a path.
"""

import io
import struct
import zipfile
import zlib
from typing import IO, Final

_CHUNK: Final = 1 << 16
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class MalformedArtifact(ValueError):
    """The artifact is not what our own Action packs."""


def member(data: bytes, name: str, most: int) -> bytes:
    """The content of the file `name`, at most `most` bytes. Raises `MalformedArtifact`.

    An artifact with any other member is refused: ours has one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _only(packed, name, most)
    except MalformedArtifact:
        raise
    except (
        *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError),
        *(ValueError, OverflowError),
    ) as error:
        raise MalformedArtifact(f"it cannot be unpacked: {error}") from error


def _only(packed: zipfile.ZipFile, name: str, most: int) -> bytes:
    infos = packed.infolist()
    if [each.filename for each in infos] != [name]:
        raise MalformedArtifact(f"it does not hold {name} alone")
    # Others can ask for any amount of memory before the first byte.
    if infos[0].compress_type not in _METHODS:
        raise MalformedArtifact("it is packed in a way that GitHub does not use")
    with packed.open(infos[0]) as stream:
        return _read(stream, most)


def _read(stream: IO[bytes], most: int) -> bytes:
    """Count what really comes out: the size that the archive declares is its own word."""
    content = bytearray()
    while part := stream.read(_CHUNK):
        content += part
        if len(content) > most:
            raise MalformedArtifact(f"it unpacks to more than {most >> 20} MiB")
    return bytes(content)

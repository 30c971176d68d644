"""A zipped artifact from a stranger: one file, counted as it comes out, and nothing else."""

import io
import stat
import zipfile
import zlib
from typing import Final

import pytest

from qgate.parse.artifact import MalformedArtifact, member

NAME: Final = "report.json"
MOST: Final = 1 << 20


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_the_one_file_is_given() -> None:
    assert member(packed((NAME, b"{}")), NAME, MOST) == b"{}"


@pytest.mark.parametrize(
    "name",
    [
        *("../report.json", "/report.json", "a/report.json", "..\\report.json", "REPORT.JSON"),
        *("report.json/", "./report.json"),
    ],
)
def test_a_path_that_climbs_or_differs_is_refused(name: str) -> None:
    with pytest.raises(MalformedArtifact):
        member(packed((name, b"{}")), NAME, MOST)


def test_a_second_member_is_refused_also_one_of_the_same_name() -> None:
    with pytest.raises(MalformedArtifact, match="alone"):
        member(packed((NAME, b"{}"), ("../../etc/passwd", b"x")), NAME, MOST)
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = packed((NAME, b"{}"), (NAME, b"[]"))
    with pytest.raises(MalformedArtifact, match="alone"):
        member(twice, NAME, MOST)


def test_a_link_gives_its_target_as_text_and_is_never_followed() -> None:
    info = zipfile.ZipInfo(NAME)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert member(packed((info, b"/etc/passwd")), NAME, MOST) == b"/etc/passwd"


def test_a_bomb_is_stopped_at_the_limit_and_not_at_its_end() -> None:
    data = bytearray(packed((NAME, bytes(32 * MOST))))
    assert len(data) < MOST // 16
    # Whoever unpacked all of it would come upon this first.
    data[len(data) // 2] ^= 0x55
    with pytest.raises(MalformedArtifact, match="cannot be unpacked"):
        member(bytes(data), NAME, 64 * MOST)
    with pytest.raises(MalformedArtifact, match="more than 1 MiB"):
        member(bytes(data), NAME, MOST)


def test_a_size_that_the_archive_declares_is_not_believed() -> None:
    data = bytearray(packed((NAME, bytes(MOST + 1))))
    for at in (data.find(b"PK\x03\x04") + 22, data.find(b"PK\x01\x02") + 24):
        data[at : at + 4] = (2).to_bytes(4, "little")
    try:
        content = member(bytes(data), NAME, MOST)
    except MalformedArtifact:
        return
    assert len(content) <= MOST


def test_encryption_and_a_compression_that_nobody_knows_are_refused() -> None:
    plain = packed((NAME, b"{}"))
    at = plain.find(b"PK\x01\x02")
    encrypted = bytearray(plain)
    encrypted[at + 8] |= 1
    encrypted[6] |= 1
    unknown = bytearray(plain)
    unknown[at + 10] = 99
    unknown[8] = 99
    for data in (encrypted, unknown):
        with pytest.raises(MalformedArtifact):
            member(bytes(data), NAME, MOST)


def test_every_truncation_and_every_damaged_byte_is_an_answer() -> None:
    whole = packed((NAME, b'{"schema": "qgate.report/1"}' * 20))
    for size in range(len(whole)):
        with pytest.raises(MalformedArtifact):
            member(whole[:size], NAME, MOST)
    for index in range(len(whole)):
        data = bytearray(whole)
        data[index] ^= 0xFF
        try:
            assert zlib.crc32(member(bytes(data), NAME, MOST)) == zlib.crc32(
                member(whole, NAME, MOST)
            )
        except MalformedArtifact:
            continue

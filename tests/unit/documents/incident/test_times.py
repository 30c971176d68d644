"""Times with an offset, and durations."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.incident import times
from qgate.documents.incident.times import Moment, WrongTime

OFFSETS = st.integers(-(24 * 60 - 1), 24 * 60 - 1).map(lambda m: timezone(timedelta(minutes=m)))
EXACT = st.datetimes(timezones=OFFSETS).map(lambda time: time.replace(microsecond=0))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-01-31T14:05:00Z", "14:05:00"),
        ("2027-01-31T14:05Z", "14:05:00"),
        ("2027-01-31t14:05:00z", "14:05:00"),
        ("2027-01-31 14:05:00 Z", "14:05:00"),
        ("2027-01-31T16:05:00+02:00", "14:05:00"),
        ("2027-01-31T16:05+0200", "14:05:00"),
        ("2027-01-31T16:05+02", "14:05:00"),
        ("2027-01-31T06:05:30.5-08:00", "14:05:30.500000"),
        ("2027-01-31T19:50:00,123456789+05:45", "14:05:00.123456"),
        ("2027-01-31T14:05:00-00:00", "14:05:00"),
    ],
)
def test_a_time_is_read_with_its_offset(text: str, utc: str) -> None:
    read = times.read(text)
    assert read.astimezone(UTC) == datetime.fromisoformat(f"2027-01-31T{utc}+00:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-01-31T14:05:00", "no offset"),
        ("2027-01-31 14:05", "no offset"),
        ("2027-01-31", "expected a time"),
        ("", "expected a time"),
        ("14:05Z", "expected a time"),
        ("31.1.2027 14:05Z", "expected a time"),
        ("2027-01-31T14:05:00 CET", "expected a time"),
        ("2027-01-31T2:05Z", "expected a time"),
        ("2027-01-31T14:05Z\nx", "expected a time"),
        ("२०२७-01-31T14:05Z", "expected a time"),
        ("2027-02-29T14:05Z", "no such time"),
        ("2027-13-01T14:05Z", "no such time"),
        ("2027-01-31T24:00Z", "no such time"),
        ("2027-01-31T14:60Z", "no such time"),
        ("2027-01-31T14:05:60Z", "no such time"),
        ("2027-01-31T14:05+24:00", "no such time"),
        ("2027-01-31T14:05+02:60", "no such time"),
        ("0000-01-31T14:05Z", "no such time"),
    ],
)
def test_what_is_no_time_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(WrongTime, match=said):
        times.read(text)
    assert times.read_or_none(text) is None


@given(EXACT)
def test_what_is_written_is_read_as_the_same_moment_and_offset(time: datetime) -> None:
    read = times.read(times.written(time))
    assert read == time
    assert read.utcoffset() == time.utcoffset()


@given(EXACT, EXACT)
def test_any_two_times_can_be_compared_and_subtracted(one: datetime, other: datetime) -> None:
    assert (other - one > timedelta()) == (one < other)


@given(st.text())
def test_any_text_is_a_time_or_refused(text: str) -> None:
    time = times.read_or_none(text)
    assert time is None or time.utcoffset() is not None


def test_utc_is_written_as_z() -> None:
    assert times.written(datetime(2027, 1, 31, 14, 5, tzinfo=UTC)) == "2027-01-31T14:05:00Z"


@pytest.mark.parametrize(
    ("text", "minutes", "unit"),
    [
        ("15 minutes", 15, 1),
        ("1 hour", 60, 60),
        ("24 hours", 1440, 60),
        ("1h05m", 65, 1),
        ("1 h 5 min", 65, 1),
        ("1 hour and 5 minutes", 65, 1),
        ("1 Hour, 5 mins", 65, 1),
        ("2 days", 2880, 1440),
        ("2d 3h", 3060, 60),
        ("90 hrs", 5400, 60),
    ],
)
def test_a_duration_is_read_with_its_last_unit(text: str, minutes: int, unit: int) -> None:
    assert times.duration(text) == (timedelta(minutes=minutes), timedelta(minutes=unit))


@pytest.mark.parametrize("text", ["", "soon", "5", "5 months", "1:05", "-5 min", "5 min left"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(WrongTime, match="expected a duration"):
        times.duration(text)


@given(st.timedeltas(timedelta(), timedelta(days=900_000)))
def test_a_duration_that_is_shown_is_read_back_to_the_second(length: timedelta) -> None:
    assert times.duration(times.said(length))[0] == timedelta(seconds=int(length.total_seconds()))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (845, "14 min 5 s"), (3600, "1 h"), (93_600, "1 d 2 h")],
)
def test_a_duration_is_shown_in_its_units(seconds: int, said: str) -> None:
    assert times.said(timedelta(seconds=seconds)) == said
    assert times.said(-timedelta(seconds=seconds)) == (f"-{said}" if seconds else said)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (15, "15 minutes"), (60, "1 hour"), (1440, "24 hours"), (2880, "48 hours")],
)
def test_a_limit_is_never_in_days(minutes: int, said: str) -> None:
    assert times.limit(timedelta(minutes=minutes)) == said


def test_the_five_times_come_in_this_order() -> None:
    assert [*Moment] == ["started", "detected", "acknowledged", "mitigated", "resolved"]

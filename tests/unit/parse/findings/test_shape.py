"""Values of decoded JSON that have to be of one kind."""

from collections.abc import Callable
from typing import Any

import pytest

from qgate.parse.findings import shape


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (shape.record, {}),
        (shape.items, []),
        (shape.text, ""),
        (shape.number, 0),
        (shape.number, 10**9),
        (shape.number_or_zero, 3),
    ],
)
def test_a_value_of_the_kind_is_given_back(check: Callable[[Any], Any], value: Any) -> None:
    assert check(value) == value


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (shape.record, []),
        (shape.record, None),
        (shape.items, {}),
        (shape.items, "ab"),
        (shape.text, 1),
        (shape.text, None),
        (shape.number, True),
        (shape.number, 1.0),
        (shape.number, "1"),
        (shape.number, None),
        (shape.number_or_zero, False),
    ],
)
def test_a_value_of_another_kind_is_refused(check: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(TypeError):
        check(value)


@pytest.mark.parametrize("value", [-1, 10**9 + 1, 10**30])
def test_a_number_that_nothing_has_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="is not a number from 0"):
        shape.number(value)


def test_the_least_number_can_be_another() -> None:
    assert shape.number(-1, least=-1) == -1


def test_nothing_can_stand_for_0() -> None:
    assert shape.number_or_zero(None) == 0

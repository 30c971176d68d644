"""Days that can be one day only."""

import pytest

from qgate.documents.adr import dates


@pytest.mark.parametrize(
    "text",
    [
        *("2016/02/12", "2016.02.12", "2016-2-12", "12 Feb 2016", "12 February 2016"),
        *("12. Feb 2016", "12th February, 2016", "Feb 12, 2016", "February 12th 2016"),
        *("12-Feb-2016", "2016-02-12"),
    ],
)
def test_a_day_without_doubt_is_read(text: str) -> None:
    assert dates.iso(text) == "2016-02-12"


@pytest.mark.parametrize(
    "text",
    [
        *("12/02/2016", "02-12-2016", "13/02/2016", "2016/13/01", "2016-02/12", "31 Feb 2016"),
        *("Feb 2016", "12 Foo 2016", "", "yesterday", "12 Fe 2016", "12 Febr 2016"),
    ],
)
def test_any_other_is_left_alone(text: str) -> None:
    assert dates.iso(text) is None

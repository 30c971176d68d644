"""What becomes of the status where GitHub, the network or qgate itself fails."""

from typing import Any

import pytest

from qgate.engine.publish import start
from qgate.errors import Incomplete
from qgate.model.report import Outcome
from qgate.system.github.client import GitHub
from qgate.system.github.errors import Rejected
from qgate.system.github.patience import Patience
from tests.support.github import build, faults, github
from tests.support.publishing import RULES, content, judged_content, published, started


@pytest.mark.parametrize("fault", [faults.rejected(), faults.broken(), faults.html()])
def test_a_status_of_which_nobody_knows_is_incomplete(fault: faults.Fault) -> None:
    state, pull = started()
    judged_content(state, pull)
    with github(state) as double:
        double.fail("POST", "/statuses/", fault, times=1_000_000)
        with pytest.raises((Incomplete, Rejected)):
            published(double)


def test_a_head_that_moves_meanwhile_gets_nothing_of_the_older_ones() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    moved = faults.edited(lambda data: {**data, "head": {**data["head"], "sha": "e" * 40}})
    with github(state) as double:
        double.fail("GET", r"/pulls/1$", moved, skip=1)
        found = published(double)
        assert double.written == []
    assert not found.is_stated
    assert any("moved on" in note for note in found.report.notes)


@pytest.mark.parametrize(
    "changes", [{"draft": True}, {"base": {"ref": "next", "sha": "e" * 40, "repo": None}}]
)
def test_what_was_judged_for_another_base_or_as_a_draft_is_not_written(
    changes: dict[str, Any],
) -> None:
    state, pull = started()
    judged_content(state, pull)
    moved = faults.edited(lambda data: {**data, **changes})
    with github(state) as double:
        double.fail("GET", r"/pulls/1$", moved, skip=1)
        found = published(double)
        assert double.written == []
    assert not found.is_stated
    assert any("another run judges that" in note for note in found.report.notes)


@pytest.mark.parametrize(
    "fault", [faults.broken(), faults.half_json(), faults.html(), faults.wrong_shape()]
)
@pytest.mark.parametrize("path", [r"/reviews", r"/files", r"/git/ref", r"/actions/runs"])
def test_a_github_that_is_broken_while_reading_takes_back_what_was_said_before(
    path: str, fault: faults.Fault
) -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    with github(state) as double:
        build.review(state, pull, "carol")
        published(double)
        double.fail("GET", path, fault, times=1_000_000)
        with pytest.raises(Incomplete):
            published(double)
    assert [each.state for each in state.statuses] == ["success", "error"]


@pytest.mark.parametrize("is_dry", [False, True])
def test_no_status_is_written_of_a_failure_either_where_none_is_wanted(*, is_dry: bool) -> None:
    status = "true" if is_dry else "false"
    state, _ = started({".qgate.yml": f"publish:\n  status: {status}\n"})
    with github(state) as double:
        double.fail("GET", "/reviews", faults.broken(), times=1_000_000)
        with pytest.raises(Incomplete):
            published(double, is_dry=is_dry)
        assert double.written == []


def failing(_: float) -> None:
    """A defect."""
    raise ArithmeticError


def test_a_defect_of_ours_leaves_no_earlier_success_standing() -> None:
    state, pull = started()
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        double.fail("GET", "/files", faults.broken())
        patience = Patience(sleep=failing)
        client = GitHub(
            token=state.token.value, repository="org/project", url=double.url, patience=patience
        )
        with pytest.raises(ArithmeticError):
            start.of_number(client, 1, {})
    assert [each.state for each in state.statuses] == ["success", "error"]
    assert state.statuses[-1].description == "qgate incomplete: this is a bug in qgate"

"""The typed entry points for programs."""

from qgate import api
from tests.support.repo import Repo


def test_a_program_gets_a_report_it_can_ask_and_render(repo: Repo) -> None:
    repo.commit({"a.py": "a = 1\n"})
    report = api.check(api.Request(folder=repo.path, environ=repo.environ, base="HEAD"))
    assert report.verdict is api.Outcome.PASSED
    assert '"reason": "empty-diff"' in api.report_json(report)


def test_every_name_it_promises_is_there() -> None:
    assert all(hasattr(api, name) for name in api.__all__)

"""`qgate init github` where a project has files of its own."""

import re

import pytest

from qgate.documents.checklist import pull_request, templates
from qgate.documents.checklist.ticks import ticks
from qgate.engine.action_lines import in_use
from qgate.parse import markdown
from tests.integration.test_init_github import ACTION, ARGUMENTS, COMMIT, GATE, TEMPLATE, written
from tests.support.repo import Repo

PUBLISH = ".github/workflows/qgate-publish.yml"
OWN = "## What and why\n\n- [ ] I signed the agreement.\n"
BEGIN, END = "# begin: the project's tests", "# end: the project's tests"


def review() -> str:
    items = templates.find("review", {})
    assert items is not None
    return pull_request.text(items)


# The template of pull requests ------------------------------------------------------------------


def test_an_own_template_gets_the_list_at_its_end_and_is_clean_from_then_on(repo: Repo) -> None:
    repo.write({TEMPLATE: OWN})
    expected = f"{OWN}\n{review()}"

    assert repo.call(*ARGUMENTS).code == 1
    assert (repo.path / TEMPLATE).read_text("utf-8") == OWN
    check = repo.call(*ARGUMENTS, "--check")
    assert check.code == 1
    assert "+## Code review\n" in check.out
    assert "\n-" not in check.out.replace(f"\n--- {TEMPLATE}", "")

    assert repo.call(*ARGUMENTS, "--force").code == 0
    assert (repo.path / TEMPLATE).read_text("utf-8") == expected
    assert repo.call(*ARGUMENTS, "--check").code == 0


def test_a_template_that_has_every_item_is_unchanged_whatever_else_it_says(repo: Repo) -> None:
    text = f"Ours.\n\n{review().replace('### ', '#### ')}\n\nMore.\n"
    repo.write({TEMPLATE: text})
    for more in ((), ("--check",), ("--force",)):
        done = repo.call(*ARGUMENTS, *more)
        assert done.code == 0
        assert f"{TEMPLATE}: unchanged\n" in done.out
    assert (repo.path / TEMPLATE).read_text("utf-8") == text


def test_of_a_template_that_has_some_items_the_others_are_named(repo: Repo) -> None:
    lines = [line for line in review().splitlines(keepends=True) if "item: edge-cases" not in line]
    repo.write({TEMPLATE: "".join(lines)})
    for more in ((), ("--check",), ("--force",)):
        done = repo.call(*ARGUMENTS, *more)
        assert done.code == 1
        assert f"{TEMPLATE}: left alone: it lacks the items edge-cases; add them" in done.out
    assert (repo.path / TEMPLATE).read_text("utf-8") == "".join(lines)


def test_an_item_in_a_fence_is_none(repo: Repo) -> None:
    repo.write({TEMPLATE: f"```\n{review()}```\n"})
    assert repo.call(*ARGUMENTS, "--force").code == 0
    text = (repo.path / TEMPLATE).read_text("utf-8")
    items = [tick.item for tick in ticks(markdown.parse(text).tasks)]
    assert items
    assert text.count("item: edge-cases") == 2


@pytest.mark.parametrize("own", ["```\nnever closed\n", "<pre>\nnever closed\n"])
def test_a_list_that_would_not_be_seen_is_not_put_there(repo: Repo, own: str) -> None:
    repo.write({TEMPLATE: own})
    done = repo.call(*ARGUMENTS, "--force")
    assert done.code == 1
    assert "something is open at its end" in done.out
    assert (repo.path / TEMPLATE).read_text("utf-8") == own


def test_the_list_gets_the_line_ends_of_the_template(repo: Repo) -> None:
    repo.write({TEMPLATE: OWN.replace("\n", "\r\n")})
    repo.call(*ARGUMENTS, "--force")
    data = (repo.path / TEMPLATE).read_bytes()
    assert data == f"{OWN}\n{review()}".replace("\n", "\r\n").encode()


def test_a_template_that_is_no_text_is_left_alone(repo: Repo) -> None:
    repo.write({TEMPLATE: b"\xff\n"})
    done = repo.call(*ARGUMENTS, "--force")
    assert done.code == 1
    assert f"{TEMPLATE}: left alone: it is not UTF-8 text" in done.out
    assert (repo.path / TEMPLATE).read_bytes() == b"\xff\n"


def test_a_file_that_no_person_wrote_is_refused(repo: Repo) -> None:
    repo.write({TEMPLATE: b"x" * ((1 << 20) + 1)})
    done = repo.call(*ARGUMENTS, "--force")
    assert (done.code, written(repo)) == (2, [TEMPLATE])
    assert "larger than 1 MiB" in done.err


# The marks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lose", "said"),
    [
        (BEGIN, f"the mark `{BEGIN}` is missing"),
        (END, f"the mark `{END}` is missing"),
    ],
)
def test_without_one_of_its_marks_a_workflow_is_never_replaced(
    repo: Repo, lose: str, said: str
) -> None:
    repo.call(*ARGUMENTS)
    path = repo.path / GATE
    text = re.sub(f"^ *{lose}.*$", "      - run: ours", path.read_text("utf-8"), flags=re.MULTILINE)
    path.write_text(text, "utf-8")
    for more in ((), ("--check",), ("--force",)):
        done = repo.call(*ARGUMENTS, *more)
        assert done.code == 1
        assert f"{GATE}: left alone: {said}" in done.out
        assert f"between the lines `{BEGIN}` and `{END}`" in done.out
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize("more", [BEGIN, END])
def test_nor_is_one_with_a_mark_too_many(repo: Repo, more: str) -> None:
    repo.call(*ARGUMENTS)
    path = repo.path / GATE
    text = f"      {more}\n{path.read_text('utf-8')}      {more}\n"
    path.write_text(text, "utf-8")
    done = repo.call(*ARGUMENTS, "--force")
    assert done.code == 1
    assert "its marks are not one of each, in order" in done.out
    assert path.read_text("utf-8") == text


# The other suffix -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["qgate", "qgate-publish", "qgate-review", "qgate-scheduled"])
def test_no_twin_is_written_beside_a_workflow_of_the_other_suffix(repo: Repo, name: str) -> None:
    twin = f".github/workflows/{name}.yaml"
    repo.write({twin: "name: ours\n"})
    done = repo.call(*ARGUMENTS, "--force")
    assert (done.code, written(repo)) == (2, [twin])
    assert f"rename it to .github/workflows/{name}.yml" in done.err


# The Action that is used already ----------------------------------------------------------------


@pytest.mark.parametrize("removed", [(), (PUBLISH,), (GATE,)])
def test_the_action_is_that_of_the_workflows_that_are_there(
    repo: Repo, removed: tuple[str, ...]
) -> None:
    repo.call(*ARGUMENTS)
    assert repo.call("init", "github", "--check").code == 0
    for name in removed:
        (repo.path / name).unlink()
    assert repo.call("init", "github").code == 0
    assert repo.call(*ARGUMENTS, "--check").code == 0


def test_what_the_projects_own_steps_use_is_not_the_action(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    path = repo.path / GATE
    own = f"      - uses: other/tests@{COMMIT} # v1\n      - uses: actions/cache@{COMMIT} # v1\n"
    path.write_text(path.read_text("utf-8").replace(f"      {END}", f"{own}      {END}"), "utf-8")
    (repo.path / PUBLISH).unlink()
    assert repo.call("init", "github").code == 0
    assert f"- uses: {ACTION}\n" in (repo.path / PUBLISH).read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        f"steps:\n- uses: acme/qgate@{COMMIT}\n- uses: acme/token@{COMMIT}\n",
        f"steps:\n- uses: acme/qgate@{COMMIT}\n- uses: acme/qgate@{'0' * 40}\n",
        "steps:\n- uses: acme/qgate@v1\n",
        "steps:\n- uses: ./\n",
    ],
)
def test_where_one_cannot_tell_the_action_has_to_be_named(repo: Repo, text: str) -> None:
    repo.write({PUBLISH: text, GATE: f"steps:\n- uses: acme/qgate@{COMMIT}\n"})
    assert in_use(repo.path) is None

"""`qgate init github --pin`: another commit of the Action, and nothing else."""

from pathlib import Path

import pytest

from qgate.engine.action_lines import moved
from qgate.engine.planned_files import Planned
from tests.integration.test_init_github import ACTION, ARGUMENTS, FILES, GATE, TEMPLATE
from tests.support.repo import Repo

BARE = f"acme/qgate@{'4567' * 10}"
NEWER = f"{BARE} # v0.2.0"
PIN = ("init", "github", "--pin", "--action", NEWER)
PUBLISH = ".github/workflows/qgate-publish.yml"


def test_only_the_lines_that_use_the_action_change(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    own = {
        PUBLISH: ("${{ github.token }}", "${{ steps.app.outputs.token }}"),
        GATE: ("timeout-minutes: 30", "timeout-minutes: 90 # slow"),
    }
    for name, (ours, theirs) in own.items():
        path = repo.path / name
        path.write_text(path.read_text("utf-8").replace(ours, theirs), "utf-8")
    repo.write({".github/workflows/other.yaml": f"steps:\n- uses: '{ACTION.split(' ')[0]}'"})
    names = [*FILES, ".github/workflows/other.yaml"]
    before = {name: (repo.path / name).read_bytes() for name in names}

    done = repo.call(*PIN)
    assert done.code == 0, done.err
    for name in names:
        expected = before[name].replace(ACTION.encode(), NEWER.encode())
        if name.endswith("other.yaml"):
            expected = f"steps:\n- uses: '{BARE}' # v0.2.0".encode()
        assert (repo.path / name).read_bytes() == expected
    line = before[PUBLISH].decode().split("\n").index(f"      - uses: {ACTION}") + 1
    assert f"{PUBLISH}:{line}: - uses: {ACTION} -> - uses: {NEWER}\n" in done.out
    assert TEMPLATE not in done.out
    assert repo.call(*PIN).out.count(": unchanged\n") == 4
    assert repo.call(*PIN, "--check").code == 0


def test_without_writing_it_shows_what_would_change(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    before = (repo.path / GATE).read_bytes()
    dry, check = (repo.call(*PIN, option) for option in ("--dry-run", "--check"))
    assert (dry.code, check.code) == (0, 1)
    assert dry.out == check.out
    assert f"-      - uses: {ACTION}\n+      - uses: {NEWER}\n" in dry.out
    assert (repo.path / GATE).read_bytes() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("uses: acme/qgate@v1", f"uses: {NEWER}"),
        ("uses: Acme/QGate@main  ", f"uses: Acme/QGate{NEWER.removeprefix('acme/qgate')}  "),
        ("uses: acme/qgate@v1 # the gate", f"uses: {BARE} # the gate"),
        ("uses: acme/qgate@v1   #v1  the gate", f"uses: {BARE}   #v0.2.0  the gate"),
        ('uses: "acme/qgate@v1" # v1', f'uses: "{BARE}" # v0.2.0'),
        ("uses: acme/qgate-other@v1 # v1", None),
        ("uses: acme/qgate/sub@v1 # v1", None),
        ("uses: evil/qgate@v1 # v1", None),
        ("# uses: acme/qgate@v1", None),
        ("run: echo uses acme/qgate@v1", None),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nx: \u00fc\n"])
def test_a_line_is_known_by_its_action(
    repo: Repo, before: str, after: str | None, end: str
) -> None:
    name = ".github/workflows/ci.yml"
    twin = f"- uses: acme/qgate@v0{end or chr(10)}"
    repo.write({name: f"{twin}  - {before}{end}"})
    assert repo.call(*PIN).code == 0
    expected = twin.replace("acme/qgate@v0", NEWER) + f"  - {after or before}{end}"
    assert (repo.path / name).read_bytes() == expected.encode()


def test_a_version_that_is_not_known_any_more_goes(repo: Repo) -> None:
    name = ".github/workflows/ci.yml"
    repo.write({name: "- uses: acme/qgate@v1 # v1\n- uses: acme/qgate@v1 # v1 pinned\n"})
    assert repo.call("init", "github", "--pin", "--action", BARE).code == 0
    assert (repo.path / name).read_text("utf-8") == f"- uses: {BARE}\n- uses: {BARE} # pinned\n"


def test_a_commit_that_is_there_keeps_its_version(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    bare = ACTION.partition(" ")[0]
    done = repo.call("init", "github", "--pin", "--action", bare, "--check")
    assert (done.code, done.out.count(": unchanged\n")) == (0, 3)


def test_where_nothing_uses_the_action_it_says_so(repo: Repo) -> None:
    for files in ({}, {".github/workflows/ci.yml": "- uses: other/qgate@v1\n"}):
        repo.write(files)
        done = repo.call(*PIN)
        assert done.code == 2
        assert "no workflow in .github/workflows uses acme/qgate" in done.err


def test_a_workflow_that_is_no_text_is_not_written(repo: Repo) -> None:
    data = b"# \xff\n- uses: acme/qgate@v1\n"
    repo.write({".github/workflows/ci.yml": data})
    done = repo.call(*PIN)
    assert done.code == 2
    assert "ci.yml is not UTF-8 text" in done.err
    assert (repo.path / ".github/workflows/ci.yml").read_bytes() == data


def test_a_link_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yml"
    elsewhere.write_text("- uses: acme/qgate@v1\n", "utf-8")
    (repo.path / ".github/workflows").mkdir(parents=True)
    (repo.path / ".github/workflows/ci.yml").symlink_to(elsewhere)
    assert repo.call(*PIN).code == 2
    assert elsewhere.read_text("utf-8") == "- uses: acme/qgate@v1\n"


@pytest.mark.parametrize("more", [("--force",), ("--branch", "main")])
def test_it_goes_with_nothing_that_writes_more(repo: Repo, more: tuple[str, ...]) -> None:
    repo.call(*ARGUMENTS)
    assert repo.call(*PIN, *more).code == 2


def test_without_an_action_it_does_not_stay_where_it_is(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    done = repo.call("init", "github", "--pin", "--check")
    # Either this test runs from a checkout of GitHub's, or there is no address.
    assert "unchanged" not in done.out


def test_lines_are_numbered_as_editors_do() -> None:
    plan = Planned(name="x", before="a\u2028\x0cb\r\nc\r\n", text="a\u2028\x0cb\r\nd\r\n")
    assert [(each.line, each.before, each.after) for each in moved(plan)] == [(2, "c", "d")]

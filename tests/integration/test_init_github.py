"""`qgate init github`: what it writes into real repositories, and what it leaves alone."""

import shutil
from pathlib import Path

import pytest
import yaml

from qgate import __version__
from qgate.documents.checklist import pull_request, templates
from qgate.documents.checklist.ticks import ticks
from qgate.engine import action_reference
from qgate.errors import UsageError
from qgate.parse.documents import read
from qgate.system.git import Repository
from tests.support.repo import ROOT, Repo, make_repo

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ACTION = f"acme/qgate@{COMMIT} # v0.1.0"
ARGUMENTS = ("init", "github", "--action", ACTION)
GATE = ".github/workflows/qgate.yml"
TEMPLATE = ".github/pull_request_template.md"
FILES = [
    TEMPLATE,
    ".github/workflows/qgate-publish.yml",
    ".github/workflows/qgate-review.yml",
    ".github/workflows/qgate-scheduled.yml",
    GATE,
]


def written(repo: Repo) -> list[str]:
    found = (path for path in repo.path.rglob("*") if path.is_file())
    names = (path.relative_to(repo.path).as_posix() for path in found)
    return sorted(name for name in names if not name.startswith(".git/"))


def branches(repo: Repo) -> list[str]:
    text = (repo.path / GATE).read_text("utf-8")
    # PyYAML reads the key `on` as a truth value.
    found: list[str] = yaml.safe_load(text)[True]["push"]["branches"]
    return found


def test_it_writes_five_files_and_the_second_time_none(repo: Repo) -> None:
    first = repo.call(*ARGUMENTS)
    assert first.code == 0, first.err
    assert written(repo) == FILES
    assert first.out.count(": written\n") == len(FILES)
    texts = {name: (repo.path / name).read_bytes() for name in FILES}

    second = repo.call(*ARGUMENTS)
    assert second.code == 0
    assert second.out.count(": unchanged\n") == len(FILES)
    assert {name: (repo.path / name).read_bytes() for name in FILES} == texts
    assert repo.call(*ARGUMENTS, "--check").code == 0


def test_without_writing_it_shows_what_is_missing(repo: Repo) -> None:
    dry, check = (repo.call(*ARGUMENTS, option) for option in ("--dry-run", "--check"))
    assert written(repo) == []
    assert (dry.code, check.code) == (0, 1)
    assert dry.out == check.out
    assert f"+      - uses: {ACTION}\n" in dry.out


def test_a_file_that_holds_something_else_is_left_alone_and_the_others_are_written(
    repo: Repo,
) -> None:
    repo.write({GATE: "name: mine\n"})
    done = repo.call(*ARGUMENTS)
    assert done.code == 1
    assert f"{GATE}: left alone" in done.out
    assert (repo.path / GATE).read_text("utf-8") == "name: mine\n"
    assert written(repo) == FILES
    assert "-name: mine\n" in repo.call(*ARGUMENTS, "--check").out

    assert repo.call(*ARGUMENTS, "--force").code == 0
    assert "name: qgate\n" in (repo.path / GATE).read_text("utf-8")


def test_the_projects_own_part_stays_when_the_action_moves(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    path = repo.path / GATE
    own = "      - run: make the-tests\n"
    text = path.read_text("utf-8")
    path.write_text(text.replace("      # end: the", f"{own}      # end: the"), "utf-8")
    assert repo.call(*ARGUMENTS).code == 0

    newer = ACTION.replace("0123", "4567").replace("v0.1.0", "v0.2.0")
    assert repo.call("init", "github", "--action", newer, "--force").code == 0
    text = path.read_text("utf-8")
    assert own in text
    assert newer in text
    assert ACTION not in text


def test_line_ends_are_no_difference(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    for name in FILES:
        path = repo.path / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert repo.call(*ARGUMENTS, "--check").code == 0


@pytest.mark.parametrize("link", [".github", ".github/workflows", GATE, TEMPLATE])
def test_it_does_not_write_through_a_link(repo: Repo, tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = repo.path / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(elsewhere)
    done = repo.call(*ARGUMENTS, "--force")
    assert done.code == 2
    assert "is, or is reached through, a link" in done.err
    assert not list(elsewhere.iterdir())
    assert written(repo) == []


def test_a_folder_in_the_place_of_a_file_is_refused(repo: Repo) -> None:
    (repo.path / GATE).mkdir(parents=True)
    done = repo.call(*ARGUMENTS, "--force")
    assert (done.code, written(repo)) == (2, [])
    assert f"{GATE} is no file" in done.err


def test_a_file_in_the_place_of_a_folder_is_refused(repo: Repo) -> None:
    repo.write({".github": "mine"})
    done = repo.call(*ARGUMENTS, "--force")
    assert (done.code, written(repo)) == (2, [".github"])
    assert "cannot be read: Not a directory" in done.err


@pytest.mark.parametrize(
    ("branch", "pattern"),
    [
        ("trunk", "trunk"),
        ("a\"b'c", "a\"b'c"),
        ("c++", r"c\+\+"),
        ("!x", r"\!x"),
        ("$(id)", "$(id)"),
        ("{a}#,&|>%@`-", "{a}#,&|>%@`-"),
        ("zweig-\u00fc\u202e", "zweig-\u00fc\u202e"),
    ],
)
def test_a_branch_of_any_name_is_that_branch_in_the_workflow(
    repo: Repo, branch: str, pattern: str
) -> None:
    repo.commit()
    repo.git("branch", "--move", branch)
    assert repo.call(*ARGUMENTS).code == 0
    assert branches(repo) == [pattern]


def test_the_default_branch_is_the_remotes_before_any_local_one(repo: Repo) -> None:
    commit = repo.commit()
    repo.git("switch", "--quiet", "--create", "work")
    repo.call(*ARGUMENTS)
    assert branches(repo) == ["main"]

    repo.git("config", "init.defaultBranch", "work")
    repo.call(*ARGUMENTS, "--force")
    assert branches(repo) == ["work"]

    repo.git("remote", "add", "origin", "https://github.com/acme/app.git")
    repo.git("update-ref", "refs/remotes/origin/stable", commit)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/stable")
    repo.call(*ARGUMENTS, "--force")
    assert branches(repo) == ["stable"]

    repo.call(*ARGUMENTS, "--force", "--branch", "named")
    assert branches(repo) == ["named"]


def test_the_nightly_run_has_an_odd_minute_that_the_repositorys_name_decides(
    tmp_path: Path,
) -> None:
    def cron(name: str, folder: str) -> str:
        repo = make_repo(tmp_path / folder, tmp_path)
        repo.git("remote", "add", "origin", f"https://github.com/acme/{name}.git")
        repo.call(*ARGUMENTS)
        text = (repo.path / ".github/workflows/qgate-scheduled.yml").read_text("utf-8")
        found: str = yaml.safe_load(text)[True]["schedule"][0]["cron"]
        return found

    first, again, other = cron("one", "a"), cron("one", "b"), cron("two", "c")
    assert first == again != other
    assert int(first.split()[0]) % 2 == 1


def test_the_template_is_the_review_checklist_with_the_id_of_every_item(repo: Repo) -> None:
    repo.call(*ARGUMENTS)
    document = read((repo.path / TEMPLATE).read_bytes(), TEMPLATE)
    items = yaml.safe_load((ROOT / "rules/checklists/review.yml").read_text("utf-8"))["sections"]
    expected = [item["id"] for part in items for item in part["items"]]
    assert [tick.item for tick in ticks(document.body.tasks)] == expected


def test_a_list_that_the_settings_name_is_the_templates(repo: Repo) -> None:
    repo.write(
        {
            ".qgate.yml": "version: 1\ngates: {checklist: {list: ours}}\n",
            ".qgate/rules/checklists/ours.yml": (
                "title: Ours\nsections:\n"
                "  - title: One\n    items:\n      - {id: only, text: The only one.}\n"
            ),
        }
    )
    assert repo.call(*ARGUMENTS).code == 0
    assert "The only one." in (repo.path / TEMPLATE).read_text("utf-8")


@pytest.mark.parametrize("name", ["PULL_REQUEST_TEMPLATE.md", "docs/pull_request_template.md"])
def test_a_template_elsewhere_is_the_one_that_is_there(repo: Repo, name: str) -> None:
    repo.write({name: "Ours.\n"})
    done = repo.call(*ARGUMENTS)
    assert done.code == 1
    assert f"{name}: left alone" in done.out
    assert not (repo.path / TEMPLATE).exists()


@pytest.mark.parametrize(
    "action",
    [
        "acme/qgate@v1",
        "acme/qgate@main",
        f"acme/qgate@{COMMIT[:12]}",
        "acme/qgate",
        f"./qgate@{COMMIT}",
        f"acme/qgate@{COMMIT}\n      - run: id",
        f"acme/qgate@{COMMIT} # $(id)",
    ],
)
def test_only_a_full_commit_id_names_the_action(action: str) -> None:
    with pytest.raises(UsageError, match="full commit id"):
        action_reference.parsed(action)


def test_the_version_of_the_action_is_a_comment_that_may_lack() -> None:
    assert str(action_reference.parsed(f" {ACTION}\n")) == ACTION
    assert str(action_reference.parsed(f"acme/qgate@{COMMIT}")) == f"acme/qgate@{COMMIT}"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/acme/qgate.git", "acme/qgate"),
        ("https://github.com/acme/qgate/", "acme/qgate"),
        ("https://x:secret@github.com/acme/qgate", "acme/qgate"),
        ("git@github.com:acme/qgate.git", "acme/qgate"),
        ("ssh://git@ssh.github.com:443/acme/qgate.git", "acme/qgate"),
        ("https://acme.ghe.com/acme/qgate", "acme/qgate"),
        ("https://github.example.com/acme/qgate", "acme/qgate"),
        ("https://gitlab.com/acme/qgate", None),
        ("https://github.com.evil.example/acme/qgate", None),
        ("/srv/github.com/acme/qgate", None),
        ("https://github.com/qgate", None),
    ],
)
def test_a_checkout_has_the_address_of_its_remote_on_github(
    repo: Repo, address: str, name: str | None
) -> None:
    commit = repo.commit()
    repo.git("remote", "add", "origin", address)
    repo.git("update-ref", "refs/remotes/origin/main", commit)
    environ = {**repo.environ, "GITHUB_SERVER_URL": "https://github.example.com"}
    there = Repository(repo.path, environ)
    if name is None:
        with pytest.raises(UsageError, match="no remote on GitHub"):
            action_reference.of_repository(there, environ)
    else:
        found = action_reference.of_repository(there, environ)
        assert str(found) == f"{name}@{commit} # v{__version__}"


def test_a_commit_that_is_on_no_remote_branch_is_no_address(repo: Repo) -> None:
    repo.commit()
    repo.git("remote", "add", "origin", "https://github.com/acme/qgate")
    there = Repository(repo.path, repo.environ)
    with pytest.raises(UsageError, match="on no remote branch"):
        action_reference.of_repository(there, repo.environ)


def test_without_action_the_checkout_that_runs_is_named(repo: Repo, tmp_path: Path) -> None:
    copy = make_repo(tmp_path / "copy", tmp_path)
    for name in ("qgate", "rules", "templates"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy.path / name, ignore=ignored)
    environ = {"PYTHONPATH": str(copy.path)}

    refused = repo.qgate("init", "github", environ=environ)
    assert refused.code == 2
    assert "does not run from a checkout" in refused.err
    assert "--action OWNER/REPO@COMMIT" in refused.err

    commit = copy.commit({"action.yml": "name: qgate\n"})
    copy.git("remote", "add", "origin", "git@github.com:acme/qgate.git")
    copy.git("update-ref", "refs/remotes/origin/main", commit)
    assert repo.qgate("init", "github", environ=environ).code == 0
    text = (repo.path / GATE).read_text("utf-8")
    assert f"uses: acme/qgate@{commit} # v{__version__}\n" in text


def test_our_own_template_of_pull_requests_is_what_it_writes() -> None:
    items = templates.find("review", {})
    assert items is not None
    assert (ROOT / TEMPLATE).read_text("utf-8") == pull_request.text(items)

"""Rules about reviewers in real repositories: where they stand, and which of two trees' hold."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from qgate.engine import review_rules, reviewers
from qgate.engine.request import Request, load_settings
from qgate.engine.review_rules import Found
from qgate.errors import Incomplete, SettingsError, UsageError
from qgate.model.reviewers import Facts, Fate, Ownership, Plan
from qgate.parse.codeowners import LOCATIONS
from qgate.system.git import Repository
from tests.support.repo import Repo

OWN: Final = ".qgate/rules/reviewers.yml"
ALTERED: Final = "this change alters the rules about reviewers; planned by those at its base"
ALICE: Final = Facts(author="alice")
ALL: Final = "select: {per_rule: null, cap: null}\n"
DAY: Final = 24 * 3600
NOW: Final = 1_700_000_000


def request(
    repo: Repo,
    *,
    base: str | None = "HEAD",
    committed: bool = False,
    staged: bool = False,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Request:
    return Request(
        folder=folder or repo.path,
        environ={**repo.environ, **(environ or {})},
        base=base,
        committed=committed,
        staged=staged,
        config=config,
    )


def planned(repo: Repo, facts: Facts = ALICE, /, **flags: object) -> Plan:
    """The plan for what is changed; the flags are those of `request`."""
    return reviewers.plan(request(repo, **flags), facts)  # type: ignore[arg-type]


def asked(plan: Plan) -> list[str]:
    return sorted(each.owner for each in plan.of(Fate.ASKED))


def paths(plan: Plan) -> list[str]:
    return [each.path for each in plan.files]


def places(plan: Plan) -> list[str]:
    """File and line of every rule behind somebody who is asked."""
    return sorted({str(place) for each in plan.of(Fate.ASKED) for place in each.rules})


def on_disk(repo: Repo, **flags: object) -> Found:
    wanted = request(repo, **flags)  # type: ignore[arg-type]
    repository = Repository(wanted.folder, wanted.environ)
    return review_rules.on_disk(repository, load_settings(repository, wanted), wanted)


def wrong(repo: Repo) -> list[str]:
    """All that is wrong with the rules on disk."""
    with pytest.raises(SettingsError) as refused:
        on_disk(repo)
    return list(refused.value.problems)


# Where rules stand -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        (".qgate.yml", "version: 1\nowners:\n  '*': [@boss]\n", ".qgate.yml:3"),
        (OWN, "owners:\n  *: @boss\n", f"{OWN}:2"),
        (OWN, "version: 1\n\nowners: {*: @boss}\n", f"{OWN}:3"),
        *((name, "# all\n* @boss\n", f"{name}:2") for name in LOCATIONS),
    ],
)
def test_rules_are_found_where_they_stand(repo: Repo, name: str, content: str, place: str) -> None:
    repo.commit({name: content, "a.py": "1\n"})
    repo.write({"a.py": "2\n"})
    plan = planned(repo)
    assert (asked(plan), places(plan), plan.notices) == (["@boss"], [place], ())
    assert plan.source.startswith(f"{name} at {repo.git('rev-parse', 'HEAD')[:12]} (")


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 2), (1, 2)])
def test_of_several_codeowners_files_the_first_is_read(repo: Repo, first: int, second: int) -> None:
    repo.commit({LOCATIONS[second]: "* @second\n", LOCATIONS[first]: "* @first\n", "a": "1\n"})
    repo.write({"a": "2\n"})
    assert asked(planned(repo)) == ["@first"]
    assert [file.path for file in on_disk(repo).files] == [LOCATIONS[first], LOCATIONS[second]]


def test_an_empty_codeowners_file_hides_the_next_one(repo: Repo) -> None:
    """As on GitHub: the first that is there is read, whatever is in it."""
    repo.commit({LOCATIONS[0]: "", LOCATIONS[1]: "* @second\n", "a": "1\n"})
    repo.write({"a": "2\n"})
    plan = planned(repo)
    assert (asked(plan), plan.notices) == ([], ("1 path matches no rule",))


@pytest.mark.parametrize("name", [".qgate.yml", OWN])
def test_owners_in_yaml_go_before_every_codeowners_file(repo: Repo, name: str) -> None:
    files = dict.fromkeys(LOCATIONS, "* @file\n")
    repo.commit({**files, name: "owners: {'*': @yaml}\n", "a": "1\n"})
    repo.write({"a": "2\n"})
    plan = planned(repo)
    assert asked(plan) == ["@yaml"]
    (notice,) = plan.notices
    assert notice.startswith(".github/CODEOWNERS is there too, and GitHub asks ")
    assert on_disk(repo).rules.source == name


def test_each_key_may_stand_in_a_file_of_its_own(repo: Repo) -> None:
    repo.commit(
        {
            "CODEOWNERS": "* @owner @other\n",
            ".qgate.yml": "base: main\nrequire: {'*.sql': @dba}\nselect: {strategy: listed}\n",
            OWN: "notify:\n  docs/: @writers\n",
            "a.sql": "1\n",
            "docs/a.md": "1\n",
        }
    )
    repo.write({"a.sql": "2\n", "docs/a.md": "2\n"})
    plan = planned(repo)
    assert asked(plan) == ["@dba", "@other", "@owner"]
    assert places(plan) == [".qgate.yml:2", "CODEOWNERS:1"]
    assert [(owner, list(map(str, where))) for owner, where in plan.notify] == [
        ("@writers", [f"{OWN}:2"])
    ]
    assert plan.source.startswith("CODEOWNERS at ")


def test_without_any_rules_nobody_is_asked(repo: Repo) -> None:
    repo.commit({"a": "1\n"})
    repo.write({"a": "2\n"})
    plan = planned(repo)
    assert (plan.candidates, plan.notices) == ((), ("1 path matches no rule",))
    assert plan.source.startswith("no rules at ")
    assert [each.ownership for each in plan.files] == [Ownership.UNMATCHED]


@pytest.mark.parametrize("name", [".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"])
def test_a_file_for_another_service_has_no_rules_of_ours(repo: Repo, name: str) -> None:
    repo.commit({name: "* @boss\n", "a": "1\n"})
    repo.write({"a": "2\n"})
    plan = planned(repo)
    assert plan.source.startswith("no rules at ")
    assert plan.notices == ("1 path matches no rule",)
    found = on_disk(repo)
    assert (found.rules.owners, found.rules.source) == ((), "")
    assert [file.path for file in found.files] == [name]


def test_a_variable_goes_before_the_file(repo: Repo) -> None:
    """A person's own word holds, as for every setting."""
    repo.commit({"CODEOWNERS": "* @a @b @c\n", ".qgate.yml": "select: {per_rule: 3}\n"})
    repo.write({"x": "1\n"})
    environ = {"QGATE_SELECT__PER_RULE": "1"}
    assert len(asked(planned(repo, environ=environ))) == 1
    assert len(asked(planned(repo))) == 3


def test_a_variable_stands_in_no_file(repo: Repo) -> None:
    repo.commit({OWN: "select: {cap: 3}\nowners: {*: @a @b}\n"})
    repo.write({"x": "1\n"})
    assert len(asked(planned(repo, environ={"QGATE_SELECT__PER_RULE": "1"}))) == 1


def test_settings_of_another_name_in_the_repository_have_a_base_too(repo: Repo) -> None:
    repo.commit({"ci/rules.yml": "owners: {*: @boss}\n", "a": "1\n"})
    repo.write({"ci/rules.yml": "owners: {*: @friend}\n"})
    plan = planned(repo, config=repo.path / "ci/rules.yml")
    assert (asked(plan), places(plan), plan.notices) == (["@boss"], ["ci/rules.yml:1"], (ALTERED,))


def test_settings_outside_of_the_repository_are_the_callers_own(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("owners: {*: @mine}\n", "utf-8")
    repo.commit({"CODEOWNERS": "* @boss\n"})
    repo.write({"a": "1\n"})
    plan = planned(repo, config=tmp_path / "mine.yml")
    assert asked(plan) == ["@mine"]
    assert ALTERED not in plan.notices


@pytest.mark.parametrize(("name", "rule"), [("CODEOWNERS", "* {}\n"), (OWN, "owners: {{*: {}}}\n")])
def test_settings_from_elsewhere_do_not_let_a_change_choose_its_reviewers(
    repo: Repo, tmp_path: Path, name: str, rule: str
) -> None:
    """A CI run that brings its own `--config` reads the owners from the repository."""
    (tmp_path / "ci.yml").write_text("select: {cap: 1}\n", "utf-8")
    repo.commit({name: rule.format("@boss")})
    repo.write({name: rule.format("@friend")})
    plan = planned(repo, config=tmp_path / "ci.yml")
    assert (asked(plan), plan.notices) == (["@boss"], (ALTERED,))


# What is refused -------------------------------------------------------------------------------


def test_a_key_in_both_files_is_an_error_that_names_both(repo: Repo) -> None:
    same = "owners: {a: @a}\nrequire: {a: @a}\nnotify: {a: @a}\nselect: {cap: 1}\n"
    repo.write({".qgate.yml": same, OWN: same.replace("@a", "@b").replace("1", "2")})
    assert wrong(repo) == [
        f"{OWN}:1:1: {key}: .qgate.yml has it too; keep one"
        for key in ("owners", "require", "notify", "select")
    ]


def test_any_other_key_in_the_file_of_rules_is_an_error_with_its_place(repo: Repo) -> None:
    repo.write({OWN: "version: 1\nbase: main\ngates:\n  lint: {enabled: false}\nrun: {jobs: 1}\n"})
    only = "only owners, require, notify, select belong here; put it into .qgate.yml"
    assert wrong(repo) == [
        f"{OWN}:2:1: base: {only}",
        f"{OWN}:4:10: gates.lint.enabled: {only}",
        f"{OWN}:5:7: run.jobs: {only}",
    ]


def test_everything_that_is_wrong_between_the_files_is_told_at_once(repo: Repo) -> None:
    repo.write({".qgate.yml": "owners: {a: @a}\n", OWN: "base: main\nowners: {b: @b}\n"})
    first, second = wrong(repo)
    assert first.startswith(f"{OWN}:1:1: base: only ")
    assert second == f"{OWN}:1:1: owners: .qgate.yml has it too; keep one"


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("owners:\n  *.a: [bob, carol]\n", ["2:9", "2:14"]),
        ("owners: [\n", ["2:1"]),
        ("- @a\n", ["1:1"]),
        ("owner: {a: @a}\n", ["1:1"]),
        (b"owners: {a: @\xff}\n", ["1:1"]),
        ("owners:\n  *: @a\n  *: @b\n  x: @a\n  x: @b\n", ["3:3", "5:3"]),
    ],
)
def test_a_broken_file_of_rules_is_refused_with_all_its_places(
    repo: Repo, content: str | bytes, problems: list[str]
) -> None:
    repo.write({OWN: content})
    assert [":".join(each.split(":")[:3]) for each in wrong(repo)] == [
        f"{OWN}:{place}" for place in problems
    ]


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", b"\xef\xbb\xbfowners:\n", b"version: 1\n"]
)
def test_a_file_of_rules_may_be_empty(repo: Repo, content: bytes) -> None:
    repo.write({OWN: content, "CODEOWNERS": "* @a\n"})
    assert on_disk(repo).rules.source == "CODEOWNERS"


@pytest.mark.parametrize("link", [OWN, ".qgate/rules", ".qgate"])
def test_rules_that_are_reached_through_a_link_are_refused(repo: Repo, link: str) -> None:
    """Where it leads is no part of the base, so nothing could be compared."""
    repo.write({f"elsewhere/{OWN}": "owners: {*: @a}\n"})
    place = repo.path / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(repo.path / "elsewhere" / link)
    with pytest.raises(UsageError, match="is, or is reached through, a link"):
        on_disk(repo)


@pytest.mark.parametrize("target", ["nowhere.yml", "reviewers.yml"])
def test_a_link_that_leads_nowhere_is_no_missing_file(repo: Repo, target: str) -> None:
    repo.write({".qgate/rules/README": ""})
    (repo.path / OWN).symlink_to(target)
    with pytest.raises(UsageError, match=r"reviewers\.yml"):
        on_disk(repo)


def test_a_folder_in_the_place_of_the_rules_is_refused(repo: Repo) -> None:
    (repo.path / OWN).mkdir(parents=True)
    (problem,) = wrong(repo)
    assert problem.startswith(f"{OWN}:1:1: cannot be read")


def linked(repo: Repo, target: str) -> Repo:
    """A repository whose first CODEOWNERS file is a link."""
    repo.write({"outside": "* @sneak\n", "docs/CODEOWNERS": "* @docs\n", ".github/README": ""})
    (repo.path / ".github/CODEOWNERS").symlink_to(target)
    repo.commit()
    return repo


_TARGETS: Final = ("../outside", "nowhere", "CODEOWNERS")


@pytest.mark.parametrize("target", _TARGETS)
def test_a_codeowners_file_that_is_a_link_is_passed_over(repo: Repo, target: str) -> None:
    found = on_disk(linked(repo, target))
    assert (found.rules.source, [file.path for file in found.files]) == (
        "docs/CODEOWNERS",
        ["docs/CODEOWNERS"],
    )


@pytest.mark.parametrize("target", _TARGETS)
def test_a_link_at_the_base_is_passed_over_too(repo: Repo, target: str) -> None:
    """Its content in git is the name that it leads to, which is no rule."""
    linked(repo, target).write({"a": "1\n"})
    plan = planned(repo)
    assert (asked(plan), plan.notices) == (["@docs"], ())


# A change does not choose its own reviewers ----------------------------------------------------


_BEFORE: Final = {
    ".qgate.yml": "owners:\n  '*': [@boss]\n",
    OWN: "owners:\n  '*': [@boss]\n",
    **dict.fromkeys(LOCATIONS, "* @boss\n"),
}


@pytest.mark.parametrize("name", _BEFORE)
@pytest.mark.parametrize("how", ["edited", "emptied", "deleted", "committed", "staged"])
def test_a_change_of_the_rules_is_planned_by_those_at_its_base(
    repo: Repo, name: str, how: str
) -> None:
    base = repo.commit({name: _BEFORE[name], "a.py": "1\n"})
    after = "" if how == "emptied" else _BEFORE[name].replace("@boss", "@friend")
    repo.write({name: after, "a.py": "2\n"})
    if how == "deleted":
        (repo.path / name).unlink()
    if how == "committed":
        repo.commit()
    if how == "staged":
        repo.git("add", "--all")
    flags: dict[str, object] = {"staged": True, "base": None} if how == "staged" else {"base": base}
    plan = planned(repo, **flags)
    assert asked(plan) == ["@boss"]
    assert plan.notices == (ALTERED,)
    assert sorted(paths(plan)) == sorted([name, "a.py"])
    assert f" at {base[:12]} (" in plan.source


@pytest.mark.parametrize("name", _BEFORE)
def test_rules_that_a_change_brings_hold_only_after_it(repo: Repo, name: str) -> None:
    repo.commit({"a.py": "1\n"})
    repo.write({name: _BEFORE[name]})
    plan = planned(repo)
    assert asked(plan) == []
    assert plan.notices == (ALTERED, "1 path matches no rule")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".qgate.yml", "owners: {'*': @friend}\n"),
        (OWN, "owners: {'*': @friend}\n"),
        (".github/CODEOWNERS", "* @friend\n"),
    ],
)
def test_a_file_that_would_go_before_the_old_one_does_not(
    repo: Repo, name: str, content: str
) -> None:
    repo.commit({"CODEOWNERS": "* @boss\n"})
    repo.write({name: content})
    plan = planned(repo)
    assert (asked(plan), plan.notices) == (["@boss"], (ALTERED,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("require: {'*': @boss}", "require: {'*': @friend}"),
        ("require: {'*': @boss}", "require: {'*': {any_of: @boss, except: '*'}}"),
        ("require: {'*': @boss}", "require: {'*': {any_of: @boss, block: false}}"),
        ("require: {'*': @boss}", "require: {'*': {any_of: @boss, dismiss_stale: false}}"),
        ("owners: {'*': @boss}", "owners: {'*': @boss}\nselect: {exclude: @boss}"),
        ("owners: {'*': @boss}", "owners: {'*': @boss}\nselect: {cap: 0}"),
        ("owners: {'*': @boss}", "owners: {'*': @boss}\nnotify: {'*': @friend}"),
    ],
)
@pytest.mark.parametrize("name", [".qgate.yml", OWN])
def test_every_key_is_the_bases(repo: Repo, name: str, before: str, after: str) -> None:
    repo.commit({name: before})
    repo.write({name: after})
    plan = planned(repo)
    assert (asked(plan), plan.notify) == (["@boss"], ())
    assert ALTERED in plan.notices
    assert not any(each.except_ for each in plan.requirements)


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("CODEOWNERS", "# all\n\n*   @boss # said so\n"),
        (".qgate.yml", "# all\nowners:\n\n    *: @boss\n"),
        (OWN, "version: 1\nowners: {*: @boss}\n"),
        (".qgate.yml", "owners: {*: @boss}\nbase: main\ngates: {lint: {enabled: false}}\n"),
    ],
)
def test_rules_that_only_look_different_are_not_altered(repo: Repo, name: str, after: str) -> None:
    repo.commit({name: _BEFORE[name]})
    repo.write({name: after})
    plan = planned(repo)
    assert (asked(plan), plan.notices) == (["@boss"], ())


@pytest.mark.parametrize(
    ("old", "new"), [("CODEOWNERS", ".github/CODEOWNERS"), (".qgate.yml", OWN)]
)
def test_rules_that_only_move_into_another_file_are_not_altered(
    repo: Repo, old: str, new: str
) -> None:
    repo.commit({old: _BEFORE[old]})
    (repo.path / old).unlink()
    repo.write({new: _BEFORE[old]})
    plan = planned(repo)
    assert (asked(plan), places(plan)[0].split(":")[0], plan.notices) == (["@boss"], old, ())


@pytest.mark.parametrize("name", [".qgate.yml", OWN])
@pytest.mark.parametrize(
    "content", [b"owners: [\n", b"owners: {*: bob}\n", b"owners: {*: @\xff}\n"]
)
def test_where_the_rules_at_the_base_are_broken_those_of_the_change_stand_in(
    repo: Repo, name: str, content: bytes
) -> None:
    """Otherwise nobody could mend them; and it is said."""
    repo.commit({name: content, "a": "1\n"})
    repo.write({name: "owners: {*: @mender}\n", "a": "2\n"})
    plan = planned(repo)
    assert asked(plan) == ["@mender"]
    assert plan.notices == ("the rules at the base cannot be read; those of this change stand in",)


def test_two_files_at_the_base_that_contradict_each_other_are_broken_rules(repo: Repo) -> None:
    repo.commit({".qgate.yml": "owners: {*: @a}\n", OWN: "owners: {*: @b}\n"})
    repo.write({OWN: ""})
    plan = planned(repo)
    assert asked(plan) == ["@a"]
    assert plan.notices == ("the rules at the base cannot be read; those of this change stand in",)


def test_broken_rules_on_disk_are_refused_even_if_those_at_the_base_are_fine(repo: Repo) -> None:
    """Whoever breaks them shall know it from the first command on."""
    repo.commit({OWN: "owners: {*: @boss}\n"})
    repo.write({OWN: "owners: {*: bob}\n"})
    with pytest.raises(SettingsError):
        planned(repo)


def test_a_line_of_codeowners_that_github_skips_is_said(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @boss\n!a @x\n*.py bob @y\n", "docs/CODEOWNERS": "[x @y\n"})
    repo.write({"a.py": "1\n"})
    plan = planned(repo)
    assert asked(plan) == ["@boss"]
    second, third = plan.notices
    assert second.startswith("CODEOWNERS:2 is skipped: a leading `!`")
    assert third.startswith("CODEOWNERS:3 is skipped: bob is no owner")


# Which files -----------------------------------------------------------------------------------


def owned(repo: Repo, *names: str) -> Repo:
    """A repository in which each of these files has an owner of its name."""
    rules = "".join(f"/{name} @{name.split('.')[0]}\n" for name in names)
    repo.commit({"CODEOWNERS": rules, ".qgate.yml": ALL, **dict.fromkeys(names, "1\n2\n3\n")})
    return repo


def test_a_renamed_file_counts_under_both_names(repo: Repo) -> None:
    repo.commit(
        {"CODEOWNERS": "/old/ @old\n/new/ @new\n", "old/a.py": "1\n2\n3\n4\n", ".qgate.yml": ALL}
    )
    (repo.path / "new").mkdir()
    repo.git("mv", "old/a.py", "new/b.py")
    repo.write({"new/b.py": "1\n2\n3\n5\n"})
    plan = planned(repo)
    assert (asked(plan), paths(plan)) == (["@new", "@old"], ["new/b.py", "old/a.py"])
    assert {(each.owner, each.files, each.lines) for each in plan.candidates} == {
        ("@new", 1, 2),
        ("@old", 1, 2),
    }


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"base": "main"}, ["@committed", "@disk", "@staged", "@untracked"]),
        ({"base": "main", "committed": True}, ["@committed"]),
        ({"base": None, "staged": True}, ["@staged"]),
        ({"base": "HEAD"}, ["@disk", "@staged", "@untracked"]),
        ({"base": "HEAD", "committed": True}, []),
    ],
)
def test_the_change_is_the_one_that_is_asked_for(
    repo: Repo, flags: dict[str, object], expected: list[str]
) -> None:
    owned(repo, "committed.py", "staged.py", "disk.py")
    repo.write(
        {"CODEOWNERS": (repo.path / "CODEOWNERS").read_text() + "/untracked.py @untracked\n"}
    )
    repo.commit()
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"committed.py": "4\n"})
    repo.write({"staged.py": "4\n"})
    repo.git("add", "staged.py")
    repo.write({"disk.py": "4\n", "untracked.py": "4\n"})
    plan = planned(repo, **flags)
    assert (asked(plan), plan.notices) == (expected, ())


def test_a_deleted_file_counts(repo: Repo) -> None:
    owned(repo, "gone.py", "stays.py")
    (repo.path / "gone.py").unlink()
    plan = planned(repo)
    assert (asked(plan), paths(plan)) == (["@gone"], ["gone.py"])
    assert [(each.files, each.lines) for each in plan.candidates] == [(1, 3)]


def test_an_untracked_file_counts_and_an_ignored_one_does_not(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "*.new @new\n*.tmp @tmp\n", ".gitignore": "*.tmp\n"})
    repo.write({"sub/a.new": "1\n2\n", "a.tmp": "1\n"})
    plan = planned(repo)
    assert (asked(plan), paths(plan)) == (["@new"], ["sub/a.new"])
    assert [each.lines for each in plan.candidates] == [2]


def test_a_changed_mode_and_a_binary_file_count_without_lines(repo: Repo) -> None:
    owned(repo, "mode.sh", "binary.png")
    (repo.path / "mode.sh").chmod(0o755)
    repo.write({"binary.png": b"\x89PNG\0\1\n\0"})
    assert asked(planned(repo)) == ["@binary", "@mode"]


def test_nothing_changed_asks_nobody(repo: Repo) -> None:
    plan = planned(owned(repo, "a.py"))
    assert (plan.files, plan.candidates, plan.notices) == ((), (), ())


def test_the_merge_base_has_the_rules_not_the_tip_of_the_base(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @old\n"})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"a": "1\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit({"CODEOWNERS": "* @new\n"})
    repo.git("switch", "--quiet", "topic")
    plan = planned(repo, base="main")
    assert (asked(plan), plan.notices) == (["@old"], ())


def test_without_a_base_there_is_no_plan(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @boss\n"})
    for base, reason in [(None, "no-base"), ("nosuch", "missing-base")]:
        with pytest.raises(Incomplete) as refused:
            planned(repo, base=base)
        assert (refused.value.reason, refused.value.exit_code) == (reason, 3)


def test_before_the_first_commit_there_is_no_plan_but_for_what_is_staged(repo: Repo) -> None:
    repo.write({"CODEOWNERS": "* @boss\n", "a": "1\n"})
    with pytest.raises(Incomplete) as refused:
        planned(repo, base=None)
    assert refused.value.reason == "no-commits"
    repo.git("add", "--all")
    plan = planned(repo, base=None, staged=True)
    assert (asked(plan), sorted(paths(plan))) == ([], ["CODEOWNERS", "a"])
    assert plan.notices == (ALTERED, "2 paths match no rule")


@pytest.mark.parametrize(
    "flags", [{"committed": True, "staged": True}, {"base": "HEAD", "staged": True}]
)
def test_flags_that_exclude_each_other_are_refused(repo: Repo, flags: dict[str, object]) -> None:
    repo.commit({"CODEOWNERS": "* @boss\n"})
    with pytest.raises(UsageError):
        planned(repo, **{"base": None, **flags})


def test_a_subfolder_sees_the_whole_change(repo: Repo) -> None:
    owned(repo, "a.py", "b.py")
    repo.write({"a.py": "4\n", "sub/b": "4\n"})
    assert asked(planned(repo, folder=repo.path / "sub")) == ["@a"]


# Who wrote it, and what else is known ----------------------------------------------------------


def known(repo: Repo, **flags: object) -> Facts:
    """What the command line would know; the flags are those of `request`, and of `facts`."""
    file, author = flags.pop("file", None), flags.pop("author", None)
    wanted = request(repo, **{"base": None, **flags})  # type: ignore[arg-type]
    return reviewers.facts(wanted, file, author)  # type: ignore[arg-type]


def event(repo: Repo, name: str = "pull_request") -> dict[str, str]:
    """The variables of a run on GitHub for a pull request of `carol` from the branch `topic`."""
    path = repo.path.parent / "event.json"
    ids = {side: {"sha": repo.git("rev-parse", rev)} for side, rev in _SIDES.items()}
    pull = {**ids, "number": 4, "user": {"login": "carol"}, "requested_reviewers": [{"login": "b"}]}
    payload = {
        "action": "opened",
        "pull_request": pull,
        "repository": {"full_name": "acme/shop", "default_branch": "main"},
    }
    path.write_text(json.dumps(payload), "utf-8")
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(path),
    }


_SIDES: Final = {"base": "main", "head": "topic"}


def pull_request(repo: Repo) -> dict[str, str]:
    """A branch of one commit, checked out, and the variables of its run."""
    repo.commit({"CODEOWNERS": "* @carol @b @c @d\n", ".qgate.yml": "select: {per_rule: 2}\n"})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"a.py": "1\n"})
    return event(repo)


def test_the_author_is_not_asked(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @alice @bob\n"})
    repo.write({"a": "1\n"})
    plan = planned(repo, known(repo, author="Alice"))
    assert (asked(plan), plan.notices) == (["@bob"], ())
    assert [(each.owner, each.reason) for each in plan.of(Fate.DROPPED)] == [
        ("@alice", "is the author")
    ]


def test_that_the_author_is_not_known_is_said(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @alice\n"})
    repo.write({"a": "1\n"})
    plan = planned(repo, known(repo))
    assert asked(plan) == ["@alice"]
    assert plan.notices == ("the author is not known and may be among those asked: --author LOGIN",)


def test_facts_come_from_the_file_and_the_author_goes_before(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"CODEOWNERS": "* @alice @bob @carol @dave\n", ".qgate.yml": ALL})
    repo.write({"a": "1\n"})
    facts = {"author": "alice", "reviewed": ["bob"], "bots": ["dave"], "repository": "o/r"}
    (tmp_path / "facts.json").write_text(json.dumps(facts), "utf-8")
    plan = planned(repo, known(repo, file=tmp_path / "facts.json"))
    assert asked(plan) == ["@carol"]
    assert {each.owner: each.fate for each in plan.candidates} == {
        "@carol": Fate.ASKED,
        "@bob": Fate.COUNTED,
        "@alice": Fate.DROPPED,
        "@dave": Fate.DROPPED,
    }
    found = known(repo, file=tmp_path / "facts.json", author="carol")
    assert (found.author, found.bots, found.repository) == ("carol", ("dave",), "o/r")
    # A relative path is taken from the folder that was named.
    found = known(repo, file=Path("facts.json"), folder=tmp_path)
    assert found.author == "alice"


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"autor": "x"}', b"\xff"])
def test_facts_that_cannot_be_read_are_refused(
    repo: Repo, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "facts.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"facts\.json cannot be read"):
        known(repo, file=tmp_path / "facts.json")


def test_in_ci_the_event_says_who_wrote_it_and_who_is_asked(repo: Repo) -> None:
    environ = pull_request(repo)
    facts = known(repo, environ=environ)
    assert (facts.author, facts.requested, facts.action) == ("carol", ("b",), "opened")
    plan = planned(repo, facts, base=None, environ=environ)
    assert paths(plan) == ["a.py"]
    assert [each.owner for each in plan.of(Fate.COUNTED)] == ["@b"]
    assert len(asked(plan)) == 1
    assert {"@carol"} < {each.owner for each in plan.of(Fate.DROPPED)}
    assert plan.notices == ()


def test_a_named_base_is_another_change_than_the_events(repo: Repo) -> None:
    assert known(repo, environ=pull_request(repo), base="main") == Facts()


def test_a_file_and_an_author_go_before_the_event(repo: Repo, tmp_path: Path) -> None:
    environ = pull_request(repo)
    assert known(repo, environ=environ, author="d").author == "d"
    assert known(repo, environ=environ, author="d").requested == ("b",)
    (tmp_path / "facts.json").write_text('{"author": "e"}', "utf-8")
    assert known(repo, environ=environ, file=tmp_path / "facts.json") == Facts(author="e")


def test_an_event_that_cannot_be_read_is_incomplete(repo: Repo) -> None:
    environ = pull_request(repo)
    Path(environ["GITHUB_EVENT_PATH"]).write_text("{", "utf-8")
    with pytest.raises(Incomplete) as refused:
        known(repo, environ=environ)
    assert refused.value.reason == "unreadable-event"


@pytest.mark.parametrize(
    "address", ["https://git.example/acme/shop.git", "git@git.example:acme/shop", "/srv/acme/shop/"]
)
def test_the_repository_is_known_by_its_remote_and_ties_are_drawn_by_it(
    repo: Repo, address: str
) -> None:
    """The same answer on every machine, and not the same people in every repository."""
    names = " ".join(f"@p{number}" for number in range(20))
    repo.commit({"CODEOWNERS": f"* {names}\n"})
    repo.write({"a": "1\n"})
    without = asked(planned(repo))
    repo.git("remote", "add", "origin", address)
    found = asked(planned(repo))
    assert found == asked(planned(repo, Facts(author="alice", repository="acme/shop")))
    assert found != without


# Who wrote the lines that are touched ----------------------------------------------------------


def by(repo: Repo, name: str, days: int = 0) -> Repo:
    """The same repository, its commits made by somebody else, so many days before the newest."""
    return Repo(
        repo.path,
        {
            **repo.environ,
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": f"{name.casefold()}@example.com",
            "GIT_AUTHOR_DATE": f"{NOW - days * DAY} +0000",
        },
    )


def suggested(repo: Repo, **flags: object) -> list[tuple[str, int, str]]:
    return [(each.name, each.lines, each.last) for each in planned(repo, **flags).suggestions]


def history(repo: Repo, setting: str = "select: {blame: true}\n") -> Repo:
    """Ten lines: 1 and 2 two years old, 3 and 4 a year, 5 a month, the rest of the newest day."""
    lines = [f"{number}\n" for number in range(1, 11)]
    for name, days, end in [
        ("Old", 800, 2),
        ("Yearling", 365, 4),
        ("Monthly", 30, 5),
        ("New", 0, 10),
    ]:
        by(repo, name, days).commit({"a.py": "".join(lines[:end]), ".qgate.yml": setting})
    return repo


def test_recent_authors_of_touched_lines_are_suggested_and_nobody_is_asked(repo: Repo) -> None:
    history(repo)
    (repo.path / "a.py").write_text("1\n2\n3\n4!\n5!\n6!\n7!\n8\n9\n")
    plan = planned(repo)
    assert [(each.name, each.lines, each.last) for each in plan.suggestions] == [
        ("New", 3, "2023-11-14"),
        ("Monthly", 1, "2023-10-15"),
        ("Yearling", 1, "2022-11-14"),
    ]
    assert plan.candidates == ()


def test_authors_of_more_than_a_year_before_the_newest_touched_line_are_left_out(
    repo: Repo,
) -> None:
    history(repo)
    (repo.path / "a.py").write_text("7\n8\n9\n10\n")
    assert [name for name, *_ in suggested(repo)] == ["Yearling", "New", "Monthly"]
    # Of old lines alone, the newest are the recent ones.
    (repo.path / "a.py").write_text("3\n4\n5\n6\n7\n8\n9\n10\n")
    assert [name for name, *_ in suggested(repo)] == ["Old"]


def test_authors_are_not_looked_for_unless_asked(repo: Repo) -> None:
    history(repo, "base: main\n")
    (repo.path / "a.py").write_text("")
    assert suggested(repo) == []
    repo.write({".qgate.yml": "select: {blame: true}\n"})
    assert suggested(repo) == [], "the base says that nobody is"


def test_added_lines_and_new_files_have_no_earlier_author(repo: Repo) -> None:
    history(repo)
    repo.write({"b.py": "1\n" * 20, "a.py": (repo.path / "a.py").read_text() + "11\n12\n"})
    assert suggested(repo) == []


def test_a_binary_file_and_a_file_that_changed_its_mode_do_no_harm(repo: Repo) -> None:
    by(repo, "Painter").commit(
        {
            "a.png": b"\x89PNG\0\r\n\t\0\xff\n",
            ".qgate.yml": "select: {blame: true}\n",
            "b.sh": "1\n",
        }
    )
    (repo.path / "b.sh").chmod(0o755)
    repo.write({"a.png": b"\x89PNG\0\1"})
    assert [name for name, *_ in suggested(repo)] in ([], ["Painter"])


def test_a_renamed_and_a_deleted_file_had_authors(repo: Repo) -> None:
    by(repo, "Mover", 3).commit(
        {"old.py": "1\n2\n3\n4\n5\n", ".qgate.yml": "select: {blame: true}"}
    )
    by(repo, "Gone", 2).commit({"gone.py": "1\n2\n"})
    repo.git("mv", "old.py", "new.py")
    repo.write({"new.py": "1\n2\n3\n4\n6\n"})
    (repo.path / "gone.py").unlink()
    assert suggested(repo) == [("Gone", 2, "2023-11-12"), ("Mover", 1, "2023-11-11")]


def test_a_change_of_spaces_alone_does_not_make_an_author(repo: Repo) -> None:
    by(repo, "Writer", 9).commit({"a.py": "one = 1\n", ".qgate.yml": "select: {blame: true}\n"})
    by(repo, "Formatter", 1).commit({"a.py": "one  =  1\n"})
    repo.write({"a.py": "two = 2\n"})
    assert [name for name, *_ in suggested(repo)] == ["Writer"]


def test_one_person_with_two_names_is_one_by_the_address(repo: Repo) -> None:
    by(repo, "Ann", 9).commit({"a.py": "1\n", ".qgate.yml": "select: {blame: true}\n"})
    other = by(repo, "Ann", 1)
    other.environ["GIT_AUTHOR_NAME"] = "Ann Other"
    other.commit({"a.py": "1\n2\n"})
    repo.write({"a.py": ""})
    ((_, lines, last),) = suggested(repo)
    assert (lines, last) == (2, "2023-11-13")


def test_no_more_than_five_are_suggested_those_with_most_lines_first(repo: Repo) -> None:
    text = ""
    for number in range(1, 8):
        text += f"{number}\n" * number
        by(repo, f"P{number}", number).commit(
            {"a.py": text, ".qgate.yml": "select: {blame: true}\n"}
        )
    repo.write({"a.py": ""})
    assert [(name, lines) for name, lines, _ in suggested(repo)] == [
        (f"P{number}", number) for number in (7, 6, 5, 4, 3)
    ]


def test_the_same_suggestions_come_in_another_clone_at_another_time(repo: Repo) -> None:
    history(repo)
    (repo.path / "a.py").write_text("")
    first = suggested(repo)
    clone = Repo(repo.path.parent / "clone", repo.environ)
    repo.git("clone", "--quiet", str(repo.path), str(clone.path))
    (clone.path / "a.py").write_text("")
    assert suggested(clone) == first


# Files that are hard to read -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf* @all\r\n\r\n# x\r\n/a\\ b.py @ab\r\n*.py\r\n/c.py @c # d\r\n",
        b"* @all\r\n\r\n# x\r\n/a\\ b.py @ab\r\n*.py\r\n/c.py @c # d",
        b"\xef\xbb\xbf* @all\n\n# x\n/a\\ b.py @ab\n*.py\n/c.py @c\t#\n",
    ],
)
def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_codeowners(
    repo: Repo, data: bytes
) -> None:
    data = data.replace(b"/a\\ b.py @ab", b"/a\\ b.txt @ab")
    repo.commit({"CODEOWNERS": data, ".qgate.yml": ALL})
    repo.write({"a b.txt": "1\n", "b.py": "1\n", "c.py": "1\n", "d": "1\n"})
    plan = planned(repo)
    assert asked(plan) == ["@ab", "@all", "@c"]
    assert places(plan) == ["CODEOWNERS:1", "CODEOWNERS:4", "CODEOWNERS:6"]
    states = {each.path: each.ownership for each in plan.files}
    assert states["b.py"] is Ownership.UNOWNED
    assert plan.notices == ()


@pytest.mark.parametrize("name", [".qgate.yml", OWN])
def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_yaml(repo: Repo, name: str) -> None:
    repo.commit({name: b"\xef\xbb\xbfowners:\r\n  *: @all\r\n  *.py: [@py,\r\n    @c]\r\n"})
    repo.write({"a.py": "1\n", "b": "1\n"})
    plan = planned(repo)
    assert (asked(plan), places(plan)) == (["@all", "@c", "@py"], [f"{name}:2", f"{name}:3"])
    assert plan.notices == ()


_ODD: Final = {
    "a b/c  d.py": r"/a\ b/c\ \ d.py",
    "x[1]/y].py": r"/x\[1\]/y\].py",
    "grün/日本.py": "/grün/日本.py",
    "*star?.py": r"/\*star\?.py",
    "back\\slash.py": r"/back\\slash.py",
    "#hash.py": "**/#hash.py",
    "!bang.py": r"/!bang.py",
    "-dash.py": "/-dash.py",
    "'quote\".py": "/'quote\".py",
    "@at.py": "/@at.py",
    "tab\t.py": "/tab\\\t.py",
    os.fsdecode(b"latin-\xe9.py"): os.fsdecode(b"/latin-\xe9.py"),
    "new\nline.py": "/new?line.py",
}


def test_any_name_of_a_file_can_have_an_owner(repo: Repo) -> None:
    rules = "".join(f"{pattern} @p{number}\n" for number, pattern in enumerate(_ODD.values()))
    repo.commit({"CODEOWNERS": os.fsencode(rules), ".qgate.yml": ALL})
    repo.write(dict.fromkeys(_ODD, "1\n"))
    expected = {path: f"@p{number}" for number, path in enumerate(_ODD)}
    plan = planned(repo)
    assert {each.path: " ".join(each.rule.owners) for each in plan.files if each.rule} == expected
    assert asked(plan) == sorted(expected.values())
    assert plan.notices == ()
    # The same once they are tracked, renamed and gone.
    repo.commit()
    for path in _ODD:
        (repo.path / path).unlink()
    assert asked(planned(repo)) == sorted(expected.values())
    names = list(_ODD)
    found = reviewers.explain(request(repo), [f"/{name}" for name in names])
    assert [each.path for each in found] == names
    assert [each.owned.rule and each.owned.rule.owners for each in found] == [
        (owner,) for owner in expected.values()
    ]
    assert all(each.is_tracked for each in found)


def test_the_authors_of_files_with_odd_names_are_found(repo: Repo) -> None:
    by(repo, "Odd").commit({**dict.fromkeys(_ODD, "1\n"), ".qgate.yml": "select: {blame: true}\n"})
    repo.write(dict.fromkeys(_ODD, "2\n"))
    assert [(name, lines) for name, lines, _ in suggested(repo)] == [("Odd", len(_ODD))]


# What the rules say of a path ------------------------------------------------------------------


def test_an_explanation_goes_by_the_files_on_disk(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @old\n", "a.py": "1\n"})
    repo.write({"CODEOWNERS": "* @new\n*.py @py\n"})
    (found,) = reviewers.explain(request(repo), ["a.py"])
    assert found.owned.rule is not None
    assert (found.owned.rule.owners, str(found.owned.rule.place)) == (("@py",), "CODEOWNERS:2")
    assert [each.owners for each in found.owned.overridden] == [("@new",)]


def test_paths_are_taken_from_the_folder_and_from_the_root(repo: Repo) -> None:
    names = ["a.py", "sub/a.py", "sub/deep/a.py"]
    repo.commit({"CODEOWNERS": "/a.py @root\n/sub/ @sub\n", **dict.fromkeys(names, "1\n")})
    inside = request(repo, folder=repo.path / "sub")
    asked_for = [
        "a.py",
        "/a.py",
        "../a.py",
        "./deep//a.py",
        str(repo.path / "sub/a.py"),
        "deep",
        ".",
    ]
    found = reviewers.explain(inside, asked_for)
    assert [each.path for each in found] == [
        *("sub/a.py", "a.py", "a.py", "sub/deep/a.py", "sub/a.py", "sub/deep", "sub")
    ]
    assert [each.path for each in found[5].below] == ["sub/deep/a.py"]
    assert [each.path for each in found[6].below] == ["sub/a.py", "sub/deep/a.py"]
    (root,) = reviewers.explain(inside, ["/"])
    assert [each.path for each in root.below] == ["CODEOWNERS", *names]


@pytest.mark.parametrize("name", ["..", "../x", "a/../../x", "../repo-other/x"])
def test_a_path_outside_of_the_repository_is_refused(repo: Repo, name: str) -> None:
    repo.commit({"CODEOWNERS": "* @a\n"})
    with pytest.raises(UsageError, match="is outside of the repository"):
        reviewers.explain(request(repo), [name])

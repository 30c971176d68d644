"""A wrong `.qgate.yml` or environment: every problem with its place, exit code 2."""

from pathlib import Path
from typing import Final

import pytest

from tests.e2e.samples import uncovered, usage_error
from tests.support.repo import Repo

_BOMB: Final = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefghij", "bcdefghijk", strict=True)
)


def _refused(topic: Repo, tmp_path: Path, content: str | bytes) -> str:
    """What is said of these settings. The file lies elsewhere, so that `topic` stays clean."""
    path = tmp_path / "settings.yml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    said = usage_error(topic.call("check", "--config", str(path)))
    return said.replace(f"{path}:", "settings.yml:")


def test_every_problem_is_told_at_once_with_its_place(own: Repo) -> None:
    own.write(
        {
            ".qgate.yml": "bsae: main\n"
            "gates:\n"
            "  coverage:\n"
            "    treshold: 80\n"
            "    threshold: ninety\n"
            "    partial: hits\n"
            "    command: coverage run -m pytest\n"
            "  nowhere: {}\n"
            "version: 2\n"
        }
    )

    said = usage_error(own.call("check")).splitlines()

    assert said == [
        'qgate: .qgate.yml:1:1: bsae: no such setting; did you mean "base"?',
        '.qgate.yml:4:5: gates.coverage.treshold: no such setting; did you mean "threshold"?',
        (
            ".qgate.yml:5:16: gates.coverage.threshold: "
            "expected a number from 0 to 100, found 'ninety'"
        ),
        (
            ".qgate.yml:6:14: gates.coverage.partial: "
            "expected hit or ratio or miss, found 'hits'; did you mean \"hit\"?"
        ),
        (
            ".qgate.yml:7:14: gates.coverage.command: "
            "a command is a list of words, such as [coverage, run, -m, pytest]"
        ),
        ".qgate.yml:8:3: gates.nowhere: no such setting",
        ".qgate.yml:9:10: version: expected 1, found 2",
        (
            "hint: docs/reference/ in the repository of qgate: settings.md describes every "
            "setting, reviewers.md rules about reviewers, tools.md every field of a tool"
        ),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [1\n", "settings.yml:2:1: "),
        ("gates:\n\tcoverage: {}\n", "settings.yml:2:1: "),
        ("- list\n", "expected a mapping, found a list"),
        ("base: main\nbase: other\n", "settings.yml:2:1: the key 'base' a second time"),
        ("base: main\n---\nbase: other\n", "a second document is not allowed here"),
        ("base: &x main\n", "settings.yml:1:7: an anchor or alias is not allowed here"),
        (_BOMB, "settings.yml:1:4: an anchor or alias is not allowed here"),
        ("base: !!python/object/apply:os.system [ls]\n", "settings.yml:1:7: the tag "),
        ("base: " + "[" * 5000 + "]" * 5000, "more than 32 levels is not allowed here"),
        ("base: main # " + "x" * (2 << 20), "settings.yml:1:1: the file is larger than 1 MiB"),
        (b"base: m\xffain\n", "settings.yml:1:1: not UTF-8 text"),
        ("base: main\n".encode("utf-16"), "settings.yml:1:1: not UTF-8 text"),
        ("base: a\x00b\n", "settings.yml:1:"),
        ("gates: {coverage: {threshold: 100.01}}", "a number from 0 to 100"),
        ("gates: {coverage: {threshold: 89.999}}", "at most two decimals"),
        ("gates: {coverage: {timeout: -1}}", "a whole number from 0"),
        ("gates: {coverage: {timeout: 99999999999999999999}}", "a whole number"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_refused(
    topic: Repo, tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert said in _refused(topic, tmp_path, content)


def test_an_empty_settings_file_means_the_defaults(own: Repo, tmp_path: Path) -> None:
    own.write({".qgate.yml": ""})

    assert own.call("check", "--report", uncovered(tmp_path, ran=1)).code == 0


def test_a_misnamed_settings_file_is_not_passed_over(own: Repo) -> None:
    own.write({".qgate.yaml": "base: main\n"})

    said = usage_error(own.call("check"))

    assert ".qgate.yaml is not read" in said
    assert "hint: rename it to .qgate.yml" in said


def test_a_folder_in_the_place_of_the_settings_is_refused(own: Repo) -> None:
    (own.path / ".qgate.yml").mkdir()

    assert "Is a directory" in usage_error(own.call("check"))


def test_settings_without_permission_are_refused_not_passed_over(own: Repo) -> None:
    """A loop of links stops root too."""
    (own.path / ".qgate.yml").symlink_to(".qgate.yml")

    assert "Too many levels of symbolic links" in usage_error(own.call("check"))


@pytest.mark.parametrize("name", ["nosuch.yml", "x" * 300, "app.py/x.yml"])
def test_named_settings_that_are_not_there_are_said(topic: Repo, name: str) -> None:
    assert name in usage_error(topic.call("check", "--config", name))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("QGATE_GATES__COVERAGE__TRESHOLD", "80", "QGATE_GATES__COVERAGE__THRESHOLD"),
        ("QGATE_GATES__COVERAGE__THRESHOLD", "ninety", "a number from 0 to 100"),
        ("QGATE_GATES__COVERAGE__THRESHOLD", "[", "environment: "),
        ("QGATE_BASE", "*x", "an anchor or alias"),
    ],
)
def test_a_wrong_variable_is_named(topic: Repo, variable: str, value: str, said: str) -> None:
    answer = usage_error(topic.call("check", environ={variable: value}))

    assert f"environment: {variable}: " in answer
    assert said in answer


def test_a_base_in_the_settings_that_looks_like_an_option_is_refused(own: Repo) -> None:
    own.write({".qgate.yml": "base: --output=x\n"})

    said = usage_error(own.call("check"))

    assert "--output=x" in said
    assert not (own.path / "x").exists()


def test_config_show_refuses_the_same_settings(own: Repo) -> None:
    own.write({".qgate.yml": "bsae: main\n"})

    assert 'did you mean "base"' in usage_error(own.call("config", "show"))


def test_settings_that_only_the_base_has_wrong_are_noticed(own: Repo, tmp_path: Path) -> None:
    own.git("switch", "--quiet", "main")
    own.commit({".qgate.yml": "bsae: [\n"})
    own.git("switch", "--quiet", "topic")
    own.git("rebase", "--quiet", "main")
    own.write({".qgate.yml": "base: main\n"})

    ran = own.call("check", "--report", uncovered(tmp_path, ran=1))

    assert ran.code == 0, ran
    assert "the base's settings cannot be read; the defaults stand in for them" in ran.out

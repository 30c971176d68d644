"""What the command promises to people and to scripts: help, exit codes, JSON, settings, rules."""

import json
from pathlib import Path
from typing import Final

import pytest

from qgate import __version__
from tests.e2e.samples import AFTER, BEFORE, as_json, uncovered
from tests.support.repo import Ran, Repo

_COMMANDS: Final = (
    *((), ("check",), ("config",), ("config", "show"), ("explain",), ("doctor",)),
    *(("cache",), ("cache", "info"), ("cache", "explain"), ("cache", "clear")),
    *(("hook",), ("hook", "install"), ("hook", "uninstall"), ("hook", "run")),
)


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_has_help_under_both_names(topic: Repo, command: tuple[str, ...]) -> None:
    long, short = topic.call(*command, "--help"), topic.call(*command, "-h")

    assert long == short
    assert (long.code, long.err) == (0, "")
    assert long.out.startswith(f"Usage: {' '.join(('qgate', *command))} ")
    assert max(map(len, long.out.splitlines())) <= 80


def test_the_help_lists_the_commands_and_the_exit_codes(topic: Repo) -> None:
    text = " ".join(topic.call("--help").out.split())

    assert "0 passed, 1 a gate failed, 2 usage or settings, 3 incomplete" in text
    assert "4 a bug in qgate, 130 interrupted, 143 terminated" in text
    assert all(f" {command[0]} " in text for command in _COMMANDS if command)


def test_the_version_is_one_line(topic: Repo) -> None:
    assert topic.call("--version") == Ran(0, f"qgate {__version__}\n", "")


def test_without_a_command_the_help_is_shown_as_an_error(topic: Repo) -> None:
    ran = topic.call()

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: qgate ")


def test_a_real_measurement_gives_passed_then_failed_then_incomplete(own: Repo) -> None:
    own.commit({".gitignore": ".coverage\n", "test_app.py": "import app\napp.one()\napp.two()\n"})
    assert own.measure("--source=.", "test_app.py").code == 0
    passed = own.call("check", "coverage")
    own.write({"test_app.py": "import app\napp.one()\n"})
    assert own.measure("--source=.", "test_app.py").code == 0
    failed = own.call("check", "coverage")
    (own.path / ".coverage").unlink()
    incomplete = own.call("check", "coverage")

    assert [ran.code for ran in (passed, failed, incomplete)] == [0, 1, 3]
    assert passed.out.splitlines()[-1] == (
        "qgate passed: coverage passed: 100.00 % of 2 changed statements covered, 90 % needed "
        "(0 missing)"
    )
    assert failed.out.splitlines()[0] == (
        "app.py:6: error: not covered by any test [coverage/uncovered]"
    )
    assert incomplete.out.splitlines()[-1] == (
        "qgate incomplete: coverage incomplete: no coverage report was found [coverage/no-report]"
    )


def test_nothing_changed_passes_and_says_so(topic: Repo) -> None:
    ran = topic.call("check", "--base", "HEAD")

    assert ran.code == 0
    assert ran.out.endswith(
        "qgate passed: coverage passed: nothing changed; "
        "lint, types, audit skipped: no tool is set up for it here; "
        "documents skipped: there are none here\n"
    )


def test_zero_gates_executed_is_not_a_pass(own: Repo) -> None:
    own.git("switch", "--quiet", "main")
    own.commit({".qgate.yml": "gates: {coverage: {enabled: false}}\n"})
    own.git("switch", "--quiet", "topic")
    own.git("rebase", "--quiet", "main")

    ran = own.call("check")

    assert ran.code == 3
    assert "gates.coverage.enabled is false (.qgate.yml:1:20)" in ran.out


def test_json_names_both_ends_and_every_finding(topic: Repo, tmp_path: Path) -> None:
    code, report = as_json(topic, "coverage", "--committed", "--report", uncovered(tmp_path))

    assert (code, report["schema"], report["verdict"]) == (1, "qgate.report/1", "failed")
    assert report["qgate"] == __version__
    assert report["base"] == {
        "sha": topic.git("rev-parse", "main"),
        "found": "merge base of the local branch main and HEAD (no remote default branch)",
        "side": "commit",
    }
    assert report["head"] == {
        "sha": topic.git("rev-parse", "topic"),
        "found": "HEAD",
        "side": "commit",
    }
    (gate,) = report["gates"]
    assert (gate["name"], gate["outcome"], gate["reason"]) == (
        "coverage",
        "failed",
        "below-threshold",
    )
    assert gate["findings"] == [
        {
            "rule": "coverage/uncovered",
            "path": "app.py",
            "line": 6,
            "end_line": 6,
            "column": 0,
            "message": "not covered by any test",
            "level": "error",
            "blocking": True,
            "standing": "new",
        }
    ]
    assert {name: gate["metrics"][name] for name in ("covered", "coverable", "percent")} == {
        "covered": 1,
        "coverable": 2,
        "percent": 50.0,
    }


def test_json_of_a_pass_has_no_finding(topic: Repo, tmp_path: Path) -> None:
    code, report = as_json(topic, "--report", uncovered(tmp_path, ran=1))

    assert (code, report["verdict"]) == (0, "passed")
    assert report["gates"][0]["findings"] == report["notices"] == report["notes"] == []


def test_json_of_what_could_not_be_judged_has_the_reason_and_the_hint(topic: Repo) -> None:
    code, report = as_json(topic, "coverage")

    assert (code, report["verdict"]) == (3, "incomplete")
    (gate,) = report["gates"]
    assert (gate["outcome"], gate["reason"]) == ("incomplete", "no-report")
    assert gate["hint"].startswith("run the tests under coverage")
    assert [each["rule"] for each in gate["findings"]] == ["coverage/no-report"]


def test_json_says_why_a_gate_without_a_tool_was_skipped(topic: Repo, tmp_path: Path) -> None:
    code, report = as_json(topic, "--report", uncovered(tmp_path, ran=1))

    gates = [(gate["name"], gate["outcome"], gate["reason"]) for gate in report["gates"]]
    assert (code, report["verdict"]) == (0, "passed")
    assert gates[0][:2] == ("coverage", "passed")
    assert gates[1:] == [
        *((name, "skipped", "no-tool") for name in ("lint", "types", "audit")),
        ("documents", "skipped", "no-documents"),
    ]
    # Why each tool was not chosen, so that nobody takes a missing set-up for a clean check.
    assert "ruff: there is no ruff.toml or .ruff.toml" in "\n".join(report["gates"][1]["evidence"])


def test_json_without_a_base_says_null(topic: Repo) -> None:
    code, report = as_json(topic, "--base", "nosuch")

    assert (code, report["base"], report["head"]) == (3, None, None)
    assert report["gates"][0]["findings"][0]["rule"] == "change/missing-base"


def test_output_and_config_are_relative_to_the_folder_given(own: Repo) -> None:
    own.write({"sub/strict.yml": "gates: {coverage: {threshold: 100}}\n"})
    uncovered(own.path / "sub")
    flags = ("--report", "lcov.info", "--config", "strict.yml", "--output", "out.json")

    ran = own.call("check", "-C", "sub", "--format", "json", *flags)

    assert ran.code == 1
    report = json.loads((own.path / "sub" / "out.json").read_text("utf-8"))
    assert report["gates"][0]["metrics"]["threshold"] == 100


def test_config_show_gives_value_and_origin(own: Repo) -> None:
    own.write({".qgate.yml": "gates:\n  coverage:\n    threshold: 95.5\n    partial: miss\n"})

    ran = own.call("config", "show", environ={"QGATE_GATES__COVERAGE__PARTIAL": "ratio"})

    lines = {line.partition(" ")[0]: line.split(" = ")[1] for line in ran.out.splitlines()}
    assert (ran.code, ran.err) == (0, "")
    assert lines["gates.coverage.threshold"] == "95.5  (file .qgate.yml:3:5)"
    assert lines["gates.coverage.partial"] == (
        "ratio  (environment QGATE_GATES__COVERAGE__PARTIAL)"
    )
    assert lines["gates.coverage.enabled"] == "true  (default)"
    assert lines["gates.coverage.command"] == "none  (default)"


def test_config_show_of_a_stranger_s_settings_is_inert(own: Repo) -> None:
    own.write({".qgate.yml": 'base: "\\e]0;owned\\a\\u202e"\n'})

    ran = own.call("config", "show")

    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "\\x1b]0;owned\\x07" in ran.out


def test_explain_lists_every_rule_with_one_line(topic: Repo) -> None:
    ran = topic.call("explain")

    rules = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert (ran.code, ran.err) == (0, "")
    assert {"coverage/uncovered", "coverage/stale-report", "coverage/no-report"} <= rules.keys()
    assert list(rules) == sorted(rules)


def test_explain_tells_what_a_rule_of_a_report_means(topic: Repo, tmp_path: Path) -> None:
    _, report = as_json(topic, "--report", uncovered(tmp_path))
    rule = report["gates"][0]["findings"][0]["rule"]

    ran = topic.call("explain", rule)

    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.splitlines()) > 3


def test_explain_knows_the_nearest_rule(topic: Repo) -> None:
    ran = topic.call("explain", "coverage/uncoverd")

    assert ran.code == 2
    assert 'did you mean "coverage/uncovered"?' in ran.err


def test_staged_working_tree_and_commit_are_told_apart(own: Repo, tmp_path: Path) -> None:
    report = uncovered(tmp_path)
    assert own.call("check", "--report", report).code == 1
    assert own.call("check", "--staged", "--report", report).code == 0
    own.git("reset", "--quiet", "--soft", "main")
    assert own.call("check", "--staged", "--report", report).code == 1
    assert own.call("check", "--committed", "--base", "main", "--report", report).code == 0
    assert (own.path / "app.py").read_text("utf-8") == AFTER
    assert own.git("show", "main:app.py") + "\n" == BEFORE

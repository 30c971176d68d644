"""The report at a terminal: colours that can be switched off, 80 columns, nothing active."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from rich.cells import cell_len

from tests.e2e.samples import report, uncovered
from tests.support.repo import Repo, measured

_STYLE: Final = re.compile(r"\x1b\[([0-9;]*)m")
_COLOUR: Final = re.compile(r"(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8;.*)")
_EVIL_NAME: Final = "evil\x1b[31m\x07\u202e\u2066.py"
_EVIL_SOURCE: Final = "x = '\x1b]0;own\x07\x9b2J\u202e[red]\u200b'\n"


def _at_terminal(repo: Repo, *arguments: str, **environ: str) -> tuple[int, str]:
    """The exit code, and what both streams wrote to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    screen = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    whole = measured({**repo.environ, **screen, **environ})
    with subprocess.Popen(
        [sys.executable, "-m", "qgate", *arguments],
        cwd=repo.path,
        env=whole,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 1 << 16):
                parts.append(part)
        except OSError:
            # Linux's way to say that the other end was closed.
            pass
        finally:
            os.close(ours)
    return process.returncode, b"".join(parts).decode("utf-8").replace("\r\n", "\n")


def _colours(text: str) -> list[str]:
    codes = (part for match in _STYLE.findall(text) for part in match.split(";"))
    return [code for code in codes if _COLOUR.fullmatch(code)]


@pytest.fixture
def evil(own: Repo) -> Repo:
    """A change whose path and text try to steer the terminal; nothing of it is covered."""
    measured = report("lcov", ran=1) + f"SF:{_EVIL_NAME}\nDA:1,0\nend_of_record\n"
    own.write({_EVIL_NAME: _EVIL_SOURCE, "fresh.info": measured})
    return own


def test_at_a_terminal_the_report_has_colours(topic: Repo, tmp_path: Path) -> None:
    code, text = _at_terminal(topic, "check", "--report", uncovered(tmp_path))

    assert code == 1
    assert _colours(text)
    assert "coverage failed" in _STYLE.sub("", text)


def test_no_color_is_respected(topic: Repo, tmp_path: Path) -> None:
    code, text = _at_terminal(topic, "check", "--report", uncovered(tmp_path), NO_COLOR="1")

    assert code == 1
    assert _colours(text) == []
    assert "coverage failed" in _STYLE.sub("", text)


def test_a_terminal_that_knows_nothing_gets_no_escape_at_all(topic: Repo, tmp_path: Path) -> None:
    code, text = _at_terminal(topic, "check", "--report", uncovered(tmp_path), TERM="dumb")

    assert code == 1
    assert "\x1b" not in text


def test_a_pipe_gets_plain_text_and_json_has_no_colours_anywhere(
    topic: Repo, tmp_path: Path
) -> None:
    flags = ("check", "--report", uncovered(tmp_path))

    assert "\x1b" not in topic.qgate(*flags, environ={"TERM": "xterm-256color"}).out
    _, text = _at_terminal(topic, *flags, "--format", "json")
    assert json.loads(text)["verdict"] == "failed"


def test_the_report_fits_80_columns(own: Repo) -> None:
    deep = "/".join(["a_folder_with_a_long_name"] * 6) + "/module.py"
    wide = f"text = '{'漢字' * 60}'\n"
    own.write({deep: wide * 12, "w.py": f"{'x' * 300} = 1\n"})
    own.lcov({deep: dict.fromkeys(range(1, 13), 0), "w.py": {1: 0}, "app.py": {5: 1, 6: 1}})

    code, text = _at_terminal(own, "check", "--base", "HEAD")

    assert code == 1
    lines = _STYLE.sub("", text).split("\n")
    assert [line for line in lines if cell_len(line) > 80] == []
    assert "not covered" in text
    assert "and 4 more" in text


def test_an_incomplete_report_fits_80_columns_and_names_the_next_step(topic: Repo) -> None:
    code, text = _at_terminal(topic, "check", "--report", "nosuch/" * 20 + "lcov.info")

    assert code == 3
    lines = _STYLE.sub("", text).split("\n")
    assert [line for line in lines if cell_len(line) > 80] == []
    assert "coverage incomplete" in text
    assert "run the tests under coverage first" in " ".join("\n".join(lines).split())


def test_hostile_names_and_sources_are_inert_at_a_terminal(evil: Repo) -> None:
    flags = ("check", "--base", "HEAD", "--report", "fresh.info")

    code, text = _at_terminal(evil, *flags)

    assert code == 1
    shown = _STYLE.sub("", text)
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066]", shown) == []
    assert "evil\\x1b[31m\\x07\\u202e\\u2066.py" in shown
    assert "x = '\\x1b]0;own\\x07\\x9b2J\\u202e[red]\\u200b'" in shown
    # Colours that are ours, none that the name brought.
    assert "31mevil" not in text


def test_hostile_names_are_inert_in_plain_text_and_json(evil: Repo) -> None:
    flags = ("check", "--base", "HEAD", "--report", "fresh.info")

    plain = evil.qgate(*flags)
    whole = evil.qgate(*flags, "--format", "json")

    for ran in (plain, whole):
        assert ran.code == 1
        assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066]", ran.out) == []
    name = "evil\\x1b[31m\\x07\\u202e\\u2066.py"
    assert plain.out.startswith(f"{name}:1: error: not covered by any test")
    assert json.loads(whole.out)["gates"][0]["findings"][0]["path"] == name


def test_a_hostile_report_name_is_inert(topic: Repo, tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J\u202e.info"
    path.write_text("", "utf-8")

    code, text = _at_terminal(topic, "check", "--report", str(path))

    assert code == 3
    assert "\x1b[2J" not in text
    assert "\u202e" not in text


def _screen(text: str) -> list[str]:
    """What is left to see after lines, returns, moves up and wipes; nothing ever wraps."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[\d*[AJK]|[\r\n]|[^\x1b\r\n]+", text):
        match part[-1], part[:2]:
            case "A", "\x1b[":
                row -= int(part[2:-1] or 1)
            case "J", "\x1b[":
                lines = [*lines[:row], lines[row][:column]]
            case "K", "\x1b[":
                lines[row] = lines[row][:column]
            case "\r", _:
                column = 0
            case "\n", _:
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            case _:
                lines[row] = (
                    lines[row][:column].ljust(column) + part + lines[row][column:][len(part) :]
                )
                column += len(part)
    return lines


def test_progress_at_a_terminal_is_a_list_that_is_wiped(own: Repo) -> None:
    own.write(
        {
            "run.sh": "sleep 1.5\ncat fresh > lcov.info\n",
            "fresh": report("lcov", ran=1),
            ".qgate.yml": f"gates: {{coverage: {{command: [sh, run.sh, {'x' * 200}]}}}}\n"
            "tools:\n  quick:\n    {gate: lint, command: [sleep, '0.5'], files: ['*.py'], "
            "output: regex, pattern: '^(?P<message>.+)$'}\n"
            "run: {jobs: 2}\n",
        }
    )

    code, text = _at_terminal(own, "check", "--format", "json")

    assert code == 0
    progress, _, document = text.partition("{")
    assert json.loads("{" + document)["verdict"] == "passed"
    drawn = [_screen(progress[:end]) for end in _ends_of_drawings(progress)]
    # What has ended stands first, what runs is dated on.
    last = drawn[-1]
    assert re.fullmatch(r"done +0\.\d s  quick", last[0])
    assert re.fullmatch(r" +1\.\d s  sh run\.sh x+", last[1])
    assert len(drawn) > 5
    # A line that wraps could not be wiped.
    assert max(cell_len(line) for lines in drawn for line in lines) < 80
    assert _screen(progress) == [""]


def test_a_run_in_ci_draws_nothing_even_if_its_log_is_a_terminal(own: Repo) -> None:
    own.write(
        {
            "run.sh": "sleep 1.5\ncat fresh > lcov.info\n",
            "fresh": report("lcov", ran=1),
            ".qgate.yml": "gates: {coverage: {command: [sh, run.sh]}}\n",
        }
    )

    code, text = _at_terminal(own, "ci", "--gate", "coverage")

    assert code == 0
    assert "\x1b" not in text
    assert text.startswith("running sh run.sh 1 s\n")


def _ends_of_drawings(progress: str) -> list[int]:
    """Where each drawing of the list is complete; the wipe at the end is none."""
    return [match.end() for match in re.finditer(r"\n\x1b\[J", progress)]

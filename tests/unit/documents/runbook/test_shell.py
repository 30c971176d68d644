"""Fenced shell: what is a command, and which do not end."""

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.runbook.shell import commands, is_shell

BASH = shutil.which("bash")
ENDING = [
    "echo 'a b'",
    'echo "it\'s"',
    "echo it\\'s",
    "kubectl get po \\\n  -n kube-system",
    "kubectl exec $(kubectl get po -o name | awk -F\"/\" 'NR==1{ print $2 }')",
    'x="$(echo "a b" | tr -d "\'")"',
    "# don't look here",
    "ls # it's all",
    'cat <<EOF\nit\'s "text"\nEOF',
    "cat <<-'END' | sort\n\tdon't\n\tEND\necho done",
    "cat <<< 'here'",
    "echo $'it\\'s'",
    "echo `date '+%F'`",
    "echo $((1 + (2 * 3)))",
    "awk '{\n  print $1\n}' file",
    "echo ${#list[@]} ${x#y}",
]
OPEN = [
    ("echo 'a", "'", 1),
    ('echo ok\necho "a\nb\nc', '"', 2),
    ("echo don't", "'", 1),
    ("x=$(date", "$(", 1),
    ("echo `date", "`", 1),
    ('echo "$(echo \'x)"', '"', 1),
    ("echo $'a\\'", "$'", 1),
]


@pytest.mark.parametrize("text", ENDING)
def test_what_a_shell_takes_ends(text: str) -> None:
    assert [each.unclosed for each in commands(text, 1) if each.unclosed] == []


@pytest.mark.parametrize(("text", "mark", "line"), OPEN)
def test_what_does_not_end_is_told_with_its_line(text: str, mark: str, line: int) -> None:
    (found,) = (each for each in commands(text, 1) if each.unclosed)
    assert (found.unclosed, found.unclosed_line) == (mark, line)


@pytest.mark.skipif(BASH is None, reason="there is no bash to ask")
@pytest.mark.parametrize("text", [*ENDING, *(text for text, _, _ in OPEN)])
def test_bash_agrees(text: str) -> None:
    done = subprocess.run([str(BASH), "-n"], input=text.encode(), capture_output=True, check=False)
    assert bool(done.returncode) is any(each.unclosed for each in commands(text, 1))


def test_commands_have_their_lines_and_no_comments() -> None:
    found = commands("# first\n\nls -l # all\ncat <<EOF\nrm -rf /\nEOF\necho \\\n  done\n", 10)
    assert [(each.bare, each.line) for each in found] == [
        ("ls -l ", 12),
        ("cat <<EOF", 13),
        ("echo \\\n  done", 16),
    ]


def test_in_a_session_only_prompts_are_commands_and_the_rest_is_output() -> None:
    text = "$ ls\nit's output\nrm -rf x\n[me@host ~]$ echo 'a\nb'\nisn't it\n  $ id\n"
    found = commands(text, 1)
    assert [(each.bare, each.line, each.unclosed) for each in found] == [
        ("ls", 1, ""),
        ("echo 'a\nb'", 4, ""),
        ("id", 7, ""),
    ]


def test_an_open_quote_in_a_session_ends_at_the_next_prompt() -> None:
    first, second = commands("$ echo 'a\n$ echo b\n", 1)
    assert (first.unclosed, first.unclosed_line) == ("'", 1)
    assert second.unclosed == ""


@pytest.mark.parametrize("info", ["sh", "bash", "Shell", "console", "bash title=x", "sh {1,2}"])
def test_shells_are_known_by_the_first_word(info: str) -> None:
    assert is_shell(info)


@pytest.mark.parametrize("info", ["", "yaml", "promql", "text bash", "shellfish"])
def test_other_blocks_are_not_shell(info: str) -> None:
    assert not is_shell(info)


@given(st.text(alphabet="ab '\"\\\n", max_size=40))
def test_quotes_are_read_as_shlex_reads_them(text: str) -> None:
    # A backslash at the very end would join a line that is not there.
    text += "a"
    try:
        shlex.split(text)
        ends = True
    except ValueError:
        ends = False
    assert ends is not any(each.unclosed for each in commands(text, 1))


@given(st.text(alphabet="a '\"\\\n$(){}`#<E-", max_size=60))
def test_any_text_gives_commands_within_its_lines(text: str) -> None:
    last = text.count("\n") + 1
    for each in commands(text, 1):
        assert 1 <= each.line <= last
        assert bool(each.unclosed) is bool(each.unclosed_line)
        assert each.unclosed_line <= last

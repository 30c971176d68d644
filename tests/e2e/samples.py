"""One small repository, a whole report of it in every format, and what a refusal looks like."""

import json
import os
from pathlib import Path
from typing import Any, Final

from coverage import CoverageData

from tests.support.repo import Ran, Repo, make_repo

BEFORE: Final = "def one():\n    return 1\n"
AFTER: Final = BEFORE + "\n\ndef two():\n    return 2\n"

_XML: Final = '<?xml version="1.0" ?>\n'
_COBERTURA: Final = (
    '<coverage line-rate="0.75"><packages><package name="."><classes>'
    '<class name="app" filename="app.py"><lines>{}</lines></class>'
    "</classes></package></packages></coverage>\n"
)
_JACOCO: Final = (
    '<report name="app"><package name=""><sourcefile name="app.py">{}</sourcefile>'
    "</package></report>\n"
)
_CLOVER: Final = (
    '<coverage generated="1"><project timestamp="1"><file name="app.py">{}</file>'
    "</project></coverage>\n"
)

# The format's name in the report of qgate, to a report in it that knows no file at all.
NOTHING_MEASURED: Final = {
    "coverage-json": '{"meta": {"format": 3, "branch_coverage": false}, "files": {}}',
    "lcov": "TN:\n",
    "cobertura": _XML + '<coverage line-rate="0"><packages/></coverage>\n',
    "jacoco": _XML + '<report name="app"/>\n',
    "clover": _XML + '<coverage generated="1"><project timestamp="1"/></coverage>\n',
    "go": "mode: set\n",
}
TEXT_FORMATS: Final = tuple(NOTHING_MEASURED)
NATIVE: Final = "coverage.py data"
XML_FORMATS: Final = ("cobertura", "jacoco", "clover")
# The shipped gates as the verdict names them where all say the same.
EVERY_GATE: Final = "coverage, lint, types, audit, documents"


def make_topic(folder: Path, home: Path, files: dict[str, str] | None = None) -> Repo:
    """A repository whose branch `topic` adds `two` to app.py, or these files, to `main`."""
    home.mkdir(parents=True, exist_ok=True)
    repo = make_repo(folder, home)
    repo.commit({"app.py": BEFORE})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit(files or {"app.py": AFTER})
    return repo


def report(format_: str, *, ran: int = 0) -> str:
    """A whole text report of app.py's statements; the last of them, line 6, ran `ran` times."""
    lines = {1: 1, 2: 1, 5: 1, 6: ran}
    match format_:
        case "coverage-json":
            file = {
                "executed_lines": [line for line, count in lines.items() if count],
                "missing_lines": [line for line, count in lines.items() if not count],
                "excluded_lines": [],
            }
            meta = {"format": 3, "branch_coverage": False}
            return json.dumps({"meta": meta, "files": {"app.py": file}})
        case "lcov":
            rows = "".join(f"DA:{line},{count}\n" for line, count in lines.items())
            return f"SF:app.py\n{rows}end_of_record\n"
        case "cobertura":
            return _xml(_COBERTURA, '<line number="{}" hits="{}"/>', lines)
        case "jacoco":
            counts = {line: f'{1 - count}" ci="{count}' for line, count in lines.items()}
            return _xml(_JACOCO, '<line nr="{}" mi="{}"/>', counts)
        case "clover":
            return _xml(_CLOVER, '<line num="{}" type="stmt" count="{}"/>', lines)
        case _:
            blocks = (f"app.py:{line}.1,{line}.9 1 {count}\n" for line, count in lines.items())
            return "mode: set\n" + "".join(blocks)


def _xml(document: str, row: str, lines: dict[int, int] | dict[int, str]) -> str:
    return _XML + document.format("".join(row.format(*each) for each in lines.items()))


def write_native(path: Path) -> Path:
    """coverage.py's own data on app.py, line 6 not run; gives the path back."""
    data = CoverageData(basename=str(path))
    data.add_lines({"app.py": [1, 2, 5]})
    data.write()
    data.close()
    return path


def uncovered(folder: Path, *, ran: int = 0) -> str:
    """The path of a fresh LCOV report of app.py for `--report`."""
    path = folder / "lcov.info"
    path.write_text(report("lcov", ran=ran), "utf-8")
    return str(path)


def as_json(repo: Repo, *flags: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report of `qgate check` with these flags."""
    ran = repo.call("check", "--format", "json", *flags)
    assert ran.err == ""
    return ran.code, json.loads(ran.out)


def usage_error(ran: Ran) -> str:
    """What a run says that ended with exit code 2: one message and one hint, nothing else."""
    assert (ran.code, ran.out) == (2, ""), ran
    message, separator, hint = ran.err.rstrip("\n").partition("\nhint: ")
    assert message.startswith("qgate: "), ran.err
    assert "qgate: " not in message.removeprefix("qgate: "), ran.err
    assert separator, f"no next step in {ran.err}"
    assert hint.strip(), f"no next step in {ran.err}"
    assert "\n" not in hint, ran.err
    return ran.err


def incomplete(ran: Ran, reason: str, *, gates: str = "coverage") -> str:
    """What a run says that could not judge: one verdict line with its rule, and one hint.

    `reason` is the part of the rule behind the slash, `gates` the names in front of the verdict.
    """
    assert (ran.code, ran.err) == (3, ""), ran
    *before, verdict = ran.out.splitlines()
    assert verdict.startswith(f"qgate incomplete: {gates} incomplete: "), ran.out
    assert verdict.endswith((f" [coverage/{reason}]", f" [change/{reason}]")), ran.out
    assert sum(line.startswith("hint: ") for line in before) == 1, ran.out
    assert "Traceback" not in ran.out
    return ran.out


def is_running(process: int) -> bool:
    """Whether a process is there and no zombie that waits to be reaped."""
    try:
        os.kill(process, 0)
        status = Path(f"/proc/{process}/stat").read_text("utf-8")
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        # It ended just now, or this system has no /proc.
        return not Path("/proc/self").exists()
    return status.rpartition(")")[2].split()[0] != "Z"

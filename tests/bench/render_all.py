"""`python -m tests.bench.render_all REPORT FOLDER`: a JSON report in every format."""

import sys
from pathlib import Path

from qgate.parse import report_json
from qgate.reporters import comment, summary
from qgate.reporters.formats import FORMATS


def main() -> None:
    """Each format is a file of its name, the summary and the comment too."""
    report = report_json.parse(Path(sys.argv[1]).read_bytes())
    folder = Path(sys.argv[2])
    renderers = {name: load() for name, load in FORMATS.items()}
    renderers |= {"summary": summary.render, "comment": comment.render}
    for name, render in renderers.items():
        (folder / name).write_text(render(report), "utf-8")


if __name__ == "__main__":
    main()

"""`qgate explain`."""

import os
from pathlib import Path

import click

from qgate.cli.output import write
from qgate.config.kinds import suggestion
from qgate.errors import UsageError
from qgate.model.tool import Tool
from qgate.system import explanations
from qgate.system.git import Repository


@click.command(name="explain")
@click.argument("rules", nargs=-1, metavar="[RULE]...")
def command(rules: tuple[str, ...]) -> int:
    """Say what each RULE means, why it exists, and how to mend what it found.

    Without RULE, list all of them.
    """
    known = explanations.rules()
    if not rules:
        width = max(map(len, known))
        write("".join(f"{name:{width}}  {explanations.title(name)}\n" for name in known))
        return 0
    texts = []
    for rule in rules:
        if rule in known:
            texts.append(explanations.text(rule))
        elif tools := _tools(rule):
            texts.append(explanations.of_tools(rule, tools))
        else:
            near = suggestion(rule, known)
            raise UsageError(
                f'there is no rule "{rule}"{near}', hint="qgate explain lists them all"
            )
    write("\n".join(texts))
    return 0


def _tools(rule: str) -> tuple[Tool, ...]:
    """The tools that a finding's rule can come from: the repository's, else the shipped ones."""
    group, _, code = rule.partition("/")
    # Definitions are read only where they are needed.
    from qgate.engine.definitions import of_head, shipped  # noqa: PLC0415
    from qgate.engine.request import Request, load_settings  # noqa: PLC0415

    folder = Path.cwd()
    try:
        repo = Repository(folder, os.environ)
        loaded = load_settings(repo, Request(folder=folder, environ=os.environ))
        found = of_head(repo.root, loaded.settings, shipped())
    except UsageError:
        found = shipped()
    return found.of_gate(group) if code else ()

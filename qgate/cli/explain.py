"""`qgate explain`."""

import click

from qgate.cli.output import write
from qgate.config.kinds import suggestion
from qgate.errors import UsageError
from qgate.model.tool import Tool
from qgate.system import explanations


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
    """The shipped tools that a finding's rule can come from."""
    group, _, code = rule.partition("/")
    # Definitions are read only where they are needed.
    from qgate.engine.definitions import shipped  # noqa: PLC0415

    return shipped().of_gate(group) if code else ()

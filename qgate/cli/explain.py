"""`qgate explain`."""

import click

from qgate.cli.output import write
from qgate.config.kinds import suggestion
from qgate.errors import UsageError
from qgate.system import explanations


@click.command(name="explain")
@click.argument("rule", required=False)
def command(rule: str | None) -> int:
    """Say what RULE means, why it exists, and how to mend what it found.

    Without RULE, list all of them.
    """
    known = explanations.rules()
    if rule is None:
        width = max(map(len, known))
        write("".join(f"{name:{width}}  {explanations.title(name)}\n" for name in known))
        return 0
    if rule not in known:
        near = suggestion(rule, known)
        raise UsageError(f'there is no rule "{rule}"{near}', hint="qgate explain lists them all")
    write(explanations.text(rule))
    return 0

"""`qgate explain`."""

import click

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
        for name in known:
            click.echo(f"{name:{width}}  {explanations.title(name)}")
        return 0
    if rule not in known:
        near = suggestion(rule, known)
        raise UsageError(f'there is no rule "{rule}"{near}', hint="qgate explain lists them all")
    click.echo(explanations.text(rule), nl=False)
    return 0

"""`qgate explain`."""

import click

from qgate.cli.output import write
from qgate.config.kinds import suggestion
from qgate.errors import UsageError
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
    for rule in rules:
        if rule not in known:
            near = suggestion(rule, known)
            raise UsageError(
                f'there is no rule "{rule}"{near}', hint="qgate explain lists them all"
            )
    write("\n".join(map(explanations.text, rules)))
    return 0

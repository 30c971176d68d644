"""Templates to text, in Jinja2's sandbox: a template can come from a repository.

An undefined name is an error, and so is anything that the sandbox refuses.
"""

from collections.abc import Mapping
from typing import Any, Final

from qgate.errors import UsageError

_MOST_CHARACTERS: Final = 1 << 20


def render(source: str, name: str, values: Mapping[str, Any]) -> str:
    """The text that a template gives. `name` is what messages call it.

    Ends with one line feed. Raises `UsageError` with the template's line.
    """
    # 30 ms to import, which only those who make a document pay.
    from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.globals.clear()
    environment.filters["quoted"] = quoted
    try:
        text = environment.from_string(source).render(dict(values))
    except (TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = f"{name}:{line}" if line else name
        hint = "mend the template, or name another with --template"
        raise UsageError(f"{place}: {error}", hint=hint) from error
    return text.rstrip("\n") + "\n"


def quoted(text: str) -> str:
    """A text as a double-quoted scalar of YAML, on one line."""
    import json  # noqa: PLC0415 - the same

    return json.dumps(str(text), ensure_ascii=False)

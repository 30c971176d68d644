"""Templates to text: a template can come from a repository, and so from a stranger.

What Jinja2's sandbox lets through can still run for hours or fill the memory (`10 ** 10 ** 10`,
loops in loops, `x ~ x` forty times), so only a small language is left of it: values, attributes,
conditions, loops, a few filters. Nothing can be called, and loops and texts have a greatest size.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from qgate.errors import UsageError

MOST_CHARACTERS: Final = 1 << 20
MOST_TURNS: Final = 10_000
_NODES: Final = frozenset(
    {"Template", "Output", "TemplateData", "For", "If", "Assign", "CondExpr", "Const", "Name"}
    | {"Getattr", "Getitem", "List", "Tuple", "Filter", "Test", "Compare", "Operand", "Keyword"}
    | {"And", "Or", "Not", "Concat", "Add", "Sub"}
)
_FILTERS: Final = frozenset(
    {"capitalize", "count", "d", "default", "first", "int", "join", "last", "length", "lower"}
    | {"quoted", "reverse", "sort", "string", "title", "trim", "unique", "upper"}
)
_FILE: Final = "<template>"


def render(source: str, name: str, values: Mapping[str, Any]) -> str:
    """The text that a template gives. `name` is what messages call it.

    Ends with one line feed. Raises `UsageError` with the template's line.
    """
    # 30 ms to import, which only those who make a document pay.
    from jinja2 import TemplateError  # noqa: PLC0415

    if len(source) > MOST_CHARACTERS:
        raise _refused(name, None, f"longer than {MOST_CHARACTERS} characters")
    try:
        text = "".join(_pieces(source, values))
    except (
        *(TemplateError, ArithmeticError, TypeError, ValueError, AttributeError, LookupError),
        *(RecursionError, MemoryError),
    ) as error:
        line = getattr(error, "lineno", None) or _line(error)
        said = getattr(error, "message", None) or str(error) or type(error).__name__
        raise _refused(name, line, said) from error
    return text.rstrip("\n") + "\n"


def quoted(text: object) -> str:
    """A text as a double-quoted scalar of YAML, on one line and with no bytes that YAML refuses."""
    plain = json.dumps(str(text), ensure_ascii=False)
    return "".join(each if each.isprintable() else _escaped(each) for each in plain)


def _pieces(source: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The text piece by piece, so that it is stopped where it becomes too long."""
    from jinja2 import StrictUndefined, TemplateSyntaxError, nodes  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    class Environment(ImmutableSandboxedEnvironment):
        """The sandbox, with nothing in it that can be called."""

        def is_safe_callable(self, obj: Any) -> bool:
            del obj
            return False

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return not callable(value) and super().is_safe_attribute(obj, attr, value)

    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.globals.clear()
    environment.filters = {
        key: each for key, each in environment.filters.items() if key in _FILTERS
    }
    environment.filters["quoted"] = quoted
    left = _Left()
    environment.filters["_turns"] = left.turns
    environment.filters["_short"] = short
    tree = environment.parse(source)
    for node in [tree, *tree.find_all(nodes.Node)]:
        if what := _refusal(node):
            raise TemplateSyntaxError(what, node.lineno)
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _filtered(loop.iter, "_turns")
    _shorten(tree)
    total = 0
    for piece in environment.from_string(tree).generate(dict(values)):
        total += len(piece)
        if total > MOST_CHARACTERS:
            raise ValueError(f"gives more than {MOST_CHARACTERS} characters")
        yield piece


def _refusal(node: Any) -> str:
    """Why a part of a template is not allowed; empty if it is."""
    from jinja2 import nodes  # noqa: PLC0415

    kind = type(node).__name__
    if kind not in _NODES or (isinstance(node, nodes.For) and node.recursive):
        return f"{kind.lower()}: templates have values, conditions, loops and filters only"
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        return f"no filter {node.name}; there are {', '.join(sorted(_FILTERS))}"
    if isinstance(node, nodes.List | nodes.Tuple) and getattr(node, "ctx", "load") == "load":
        # A list of lists of the same list would grow without end.
        plain = nodes.Const | nodes.List | nodes.Tuple
        if not all(isinstance(each, plain) for each in node.items):
            return "a list in a template has only values that are written there"
    return ""


class _Left:
    """How many turns all loops together have left."""

    def __init__(self) -> None:
        self._count = MOST_TURNS

    def turns(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._count -= 1
            if self._count < 0:
                raise ValueError(f"more than {MOST_TURNS} turns of loops")
            yield item


def short(value: Any) -> Any:
    """A value, if it is no text or list beyond all measure; what is joined can double itself."""
    if isinstance(value, str | list | tuple) and len(value) > MOST_CHARACTERS:
        raise ValueError(f"a value is longer than {MOST_CHARACTERS}")
    return value


def _shorten(node: Any) -> None:
    """Measure the result of everything that makes a longer text of shorter ones."""
    for field, value in list(node.iter_fields()):
        if isinstance(value, list):
            setattr(node, field, [_measured(each) for each in value])
        else:
            setattr(node, field, _measured(value))


def _measured(value: Any) -> Any:
    from jinja2 import nodes  # noqa: PLC0415

    if not isinstance(value, nodes.Node):
        return value
    _shorten(value)
    grows = isinstance(value, nodes.Concat | nodes.Add) or (
        isinstance(value, nodes.Filter) and value.name == "join"
    )
    return _filtered(value, "_short") if grows else value


def _filtered(node: Any, name: str) -> Any:
    from jinja2 import nodes  # noqa: PLC0415

    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _line(error: BaseException) -> int | None:
    """The template's line that an error of its own code comes from."""
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _refused(name: str, line: int | None, why: str) -> UsageError:
    place = f"{name}:{line}" if line else name
    hint = "mend the template, or name another with --template"
    return UsageError(f"{place}: {why}", hint=hint)


def _escaped(character: str) -> str:
    """As YAML writes what is not printable; a lone surrogate, which no file can hold, is U+FFFD."""
    number = ord(character)
    if 0xD800 <= number <= 0xDFFF:  # noqa: PLR2004 - the range that Unicode has for them
        return "\\uFFFD"
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"  # noqa: PLR2004

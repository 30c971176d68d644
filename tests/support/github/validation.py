"""Documents held against GitHub's own description of its API, by the models made from it.

githubkit's package for people imports its HTTP client and cache before the first model. Only the
models are wanted, so its initialisation is left out; that also keeps this independent of the
release of the cache library.
"""

import importlib
import importlib.util
import json
import re
import sys
from functools import cache, reduce
from operator import or_
from types import GenericAlias, ModuleType
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

_MODELS: Final = "githubkit_schemas.v2026_03_10.models"
# Parameters of bodies that may be null; the models let every one that may be absent be null.
_NULLABLE: Final = ("target_url", "description")


def answer_fault(shape: str, body: bytes) -> str:
    """What is wrong with an answer; empty if nothing. `shape`: "A", "list[A]", "A|B"."""
    return _fault(shape, body)


def request_fault(shape: str, body: bytes) -> str:
    """What is wrong with the body of a request; unknown names and needless nulls are wrong too."""
    if fault := _fault(shape, body):
        return fault
    given: dict[str, Any] = json.loads(body)
    nulls = [name for name, value in given.items() if value is None and name not in _NULLABLE]
    return "; ".join(f"{name}: null" for name in nulls)


def _fault(shape: str, body: bytes) -> str:
    try:
        adapter(shape).validate_json(body, strict=True, extra="forbid")
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[:5]
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found)
    return ""


@cache
def adapter(shape: str) -> TypeAdapter[Any]:
    """What reads documents of one shape."""
    return TypeAdapter(_type(shape))


def _type(shape: str) -> Any:
    if inner := re.fullmatch(r"list\[(.*)\]", shape):
        return GenericAlias(list, (_type(inner[1]),))
    models = _models()
    return reduce(or_, [getattr(models, name) for name in shape.split("|")])


@cache
def _models() -> ModuleType:
    if "githubkit" not in sys.modules:
        spec = importlib.util.find_spec("githubkit")
        if spec is None or spec.submodule_search_locations is None:
            raise AssertionError("githubkit is not installed")
        package = ModuleType("githubkit")
        package.__path__ = list(spec.submodule_search_locations)
        package.__spec__ = spec
        sys.modules["githubkit"] = package
        # The hook by which the package of the models loads each of its 1,600 when it is asked for.
        importlib.import_module("githubkit.module_hooks.lazy_module").apply()
    return importlib.import_module(_MODELS)

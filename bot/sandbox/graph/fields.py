"""Field selection: `id,from{id,name},comments.limit(5){message}`, read into a tree and applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.graph.errors import bad_parameter, graph_error
from bot.sandbox.wire import Json

_TOKEN = re.compile(r"\s*(?:([A-Za-z_]\w*)((?:\.\w+\([^)]*\))*)|([{},]))")
Reader = Callable[[], Any]


@dataclass(slots=True)
class Field:
    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    inner: list[Field] = field(default_factory=list)


def parse_fields(text: str) -> list[Field]:
    """The tree of wanted fields; an empty text gives an empty list."""
    tokens = _tokens(text)
    wanted = _read(tokens, 0)
    if tokens:
        raise bad_parameter("Syntax error in the fields parameter: a brace is closed that was not opened")
    return wanted


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip()):
        hit = _TOKEN.match(text, position)
        if hit is None:
            raise bad_parameter(f"Syntax error in the fields parameter at character {position}")
        tokens.append((hit[1] or hit[3], hit[2] or ""))
        position = hit.end()
    return tokens


def _read(tokens: list[tuple[str, str]], depth: int) -> list[Field]:
    found: list[Field] = []
    while tokens:
        name, arguments = tokens.pop(0)
        if name == "}":
            if depth:
                return found
            tokens.append((name, arguments))
            return found
        if name == "{":
            if not found:
                raise bad_parameter("Syntax error in the fields parameter: a brace follows no field")
            found[-1].inner = _read(tokens, depth + 1)
        elif name != ",":
            found.append(Field(name, dict(re.findall(r"\.(\w+)\(([^)]*)\)", arguments))))
    if depth:
        raise bad_parameter("Syntax error in the fields parameter: a brace is not closed")
    return found


def select(node: str, readers: Mapping[str, Reader], wanted: list[Field], default: str) -> Json:
    """The wanted fields of one object; `id` is always there, None is left out."""
    chosen = wanted or parse_fields(default)
    result: Json = {}
    for item in chosen:
        if item.name not in readers:
            message = f"(#100) Tried accessing nonexisting field ({item.name}) on node type ({node})"
            raise graph_error(100, message)
        value = _narrow(readers[item.name](), item.inner)
        if value is not None:
            result[item.name] = value
    result.setdefault("id", readers["id"]())
    return result


def _narrow(value: Any, inner: list[Field]) -> Any:
    if not inner or not isinstance(value, dict):
        return value
    if isinstance(value.get("data"), list):  # an edge: the selection is about its items
        return {**value, "data": [_narrow(item, inner) for item in value["data"]]}
    names = {item.name for item in inner} | {"id"}
    return {key: kept for key, kept in value.items() if key in names}

"""Places are right exactly when the text at each place reads as the value that tomllib gives."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from bot.roster.layout import scan
from tests.roster.rosters import SMALL

ODD = '''
"quoted key" = 1 # comment with = and [
'single.dotted'."double" = [ # a comment ] in an array
  "]", '}', { a = "x", b = [1, 2] },
]
long = """a "quoted" ] # text
over lines\\\\"""
raw = \'\'\'it''s\'\'\'\'
[a.b]
when = 2027-03-31T10:00:00Z
[[list]]
x = 1
[list.inner]
y = {p.q = "}"}
[[list.deep]]
z = 1.5e3
[[list]]
x = 2
[[list.deep]]
z = "\\u3042\\""
'''


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


@pytest.mark.parametrize("text", [SMALL, ODD, ODD.replace("\n", "\r\n"), "", "# only a comment", "a = 1"])
def test_the_text_at_each_place_is_the_value(text: str) -> None:
    data, layout = tomllib.loads(text), scan(text)
    read = {path: tomllib.loads("v = " + text[k.value : k.end])["v"] for path, k in layout.keys.items()}
    assert read == {path: at(data, path) for path in layout.keys}
    assert sum("=" in line and not line.startswith(("#", "  ", "over")) for line in text.splitlines()) == len(read)


def test_lines_count_from_one_and_fall_back_to_what_is_around() -> None:
    layout = scan("# head\nschema = 1\n\n[[office]]\nid = 'a'\nhours.source = 'b'\n")
    assert layout.line_of(("schema",)) == 2
    assert layout.line_of(("office", 0, "hours", "source")) == 6
    assert layout.line_of(("office", 0, "hours", "certainty")) == 6
    assert layout.line_of(("office", 0, "missing")) == 4
    assert layout.line_of(("elsewhere",)) == 1

"""Charts drawn on the server as SVG, readable in black and white; the same figures stand in a table beside them."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import pygal
from fastapi.responses import Response
from pygal.etree import etree
from pygal.style import Style

# For map plugins, which we have none of, pygal hangs a finder of an old kind into the import machinery;
# every later import in this process that fails would pass through it and warn.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

_INK: Final = "#10284d"
_LETTER: Final = 18
"""Height of letters in the picture's own pixels; pictures are shown at 70 to 100 % of their size."""
_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#1a1a1c",
    foreground_strong="#1a1a1c",
    foreground_subtle="#626264",
    opacity="1",
    opacity_hover="1",
    colors=(_INK, "#8caed6", "#d5d5d5", "#5d6f86"),
    font_family="'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', sans-serif",
    value_colors=("#1a1a1c",) * 4,
    label_font_size=_LETTER,
    major_label_font_size=_LETTER,
    value_font_size=_LETTER,
    legend_font_size=_LETTER,
)
_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A picture of its own: its style cannot reach the page, and it runs nothing."""


def bars(title: str, rows: Sequence[tuple[str, float]], *, lying: bool = False) -> Response:
    """One bar a row with its figure printed on it; ``lying`` for long labels."""
    return series(title, [label for label, _ in rows], {"": [value for _, value in rows]}, lying=lying)


def series(
    title: str, labels: Sequence[str], values: dict[str, Sequence[float | None]], *, lying: bool = False
) -> Response:
    """Several groups of bars; told apart by lightness and by a legend."""
    kind: Any = pygal.HorizontalBar if lying else pygal.Bar
    chart = kind(
        style=_STYLE,
        width=640,
        height=max(200, 70 + 44 * len(labels)) if lying else 340,
        title=None,
        show_legend=len(values) > 1,
        legend_at_bottom=True,
        truncate_legend=-1,
        truncate_label=-1,
        print_values=True,
        print_values_position="top",
        js=[],
        show_y_guides=not lying,
        show_x_guides=False,
        margin=12,
        margin_left=12 + (_missed(labels) if lying else 0),
        spacing=14,
        rounded_bars=3,
        include_x_axis=True,
        min_scale=1,
        max_scale=4,
        order_min=0,
        formatter=lambda value: "" if value is None else f"{value:g}",
        no_data_text="–",
        disable_xml_declaration=True,
    )
    turn = -1 if lying else 1  # lying bars grow from the bottom up, people read from the top down
    chart.x_labels = list(labels)[::turn]
    for name, numbers in list(values.items())[::turn]:
        chart.add(name or None, list(numbers)[::turn])
    return Response(_picture(chart.render_tree(), title), media_type="image/svg+xml", headers=_HEADERS)


def _picture(svg: Any, title: str) -> bytes:
    """The drawing with a name for people who hear it, without the settings that pygal leaves for a script."""
    for parent in list(svg.iter()):
        for child in [each for each in parent if str(each.tag).endswith("script")]:
            parent.remove(child)
    svg.set("role", "img")
    svg.set("aria-label", title)
    drawn: bytes = etree.tostring(svg, encoding="utf-8")
    return drawn


def _missed(labels: Sequence[str]) -> float:
    """Room that pygal does not leave: it takes every letter for a narrow one."""
    wide = (sum(unicodedata.east_asian_width(letter) in "WF" for letter in label) for label in labels)
    return max(wide, default=0) * 0.45 * _LETTER

"""Charts drawn on the server as SVG, readable in black and white; the same figures stand in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pygal
from fastapi.responses import Response
from pygal.style import Style

_INK: Final = "#1a3c6e"
_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#1a1a1c",
    foreground_strong="#1a1a1c",
    foreground_subtle="#626264",
    opacity="1",
    opacity_hover="1",
    colors=(_INK, "#8caed6", "#595959", "#c8c8c8"),
    font_family="'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', sans-serif",
    label_font_size=18,
    major_label_font_size=18,
    value_font_size=18,
    title_font_size=20,
    legend_font_size=18,
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
        width=720,
        height=max(200, 70 + 44 * len(labels)) if lying else 320,
        title=None,
        show_legend=len(values) > 1,
        legend_at_bottom=True,
        print_values=True,
        js=[],
        show_y_guides=not lying,
        show_x_guides=False,
        margin=12,
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
    chart.x_labels = list(labels)
    for name, numbers in values.items():
        chart.add(name or None, list(numbers))
    svg = chart.render(is_unicode=True)
    named = svg.replace("<svg ", f'<svg role="img" aria-label="{_attribute(title)}" ', 1)
    return Response(named, media_type="image/svg+xml", headers=_HEADERS)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

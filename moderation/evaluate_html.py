"""A page of the errors with their evidence, so that a person can read why; plain HTML without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from moderation.evaluate import CategoryResult, Evaluation, Share
from moderation.jsonl import LabelledReply
from moderation.model import Finding, Verdict

_STYLE: Final = """
body{font-family:system-ui,sans-serif;line-height:1.6;max-width:72rem;margin:1rem auto;padding:0 1rem;color:#1a1a1c}
table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #949494;padding:.25rem .5rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}article{border-top:1px solid #949494;padding:.75rem 0}
mark{background:#ffe380;color:inherit;text-decoration:underline}.post{color:#595959}
svg text{font-size:12px}
"""


def page(result: Evaluation, rows: Sequence[LabelledReply], verdicts: Sequence[Verdict]) -> str:
    """The whole page: figures, then every row whose labels differ, false alarms first."""
    wrong = [(row, v) for row, v in zip(rows, verdicts, strict=True) if row.labels != frozenset(v.labels)]
    alarms = [pair for pair in wrong if not pair[0].labels]
    missed = [pair for pair in wrong if pair[0].labels and not pair[1].labels]
    mixed = [pair for pair in wrong if pair[0].labels and pair[1].labels]
    return "".join([
        "<!doctype html><html lang=en><meta charset=utf-8><title>Screening errors</title>",
        f"<style>{_STYLE}</style><h1>Screening: figures and errors</h1>",
        f"<p>{result.rows} rows under policy {escape(result.policy)}. Intervals are 95 %.</p>",
        _figures(result), _chart(result.categories), _table(result.categories), _languages(result),
        *_section("Acceptable replies that were flagged", alarms),
        *_section("Violations that carry no flag", missed),
        *_section("Flagged with other categories", mixed),
        "</html>",
    ])  # fmt: skip


def _figures(result: Evaluation) -> str:
    rows = [
        ("Flag recall", result.flag_recall),
        ("False positives on acceptable replies", result.false_positives),
        ("False positives on criticism", result.false_positives_on_criticism),
        ("Permit rate on criticism", result.permit_rate_on_criticism),
        ("Category recall on obfuscated violations", result.obfuscated_category_recall),
        ("Crisis recall", result.crisis_recall),
        ("Crisis precision", result.crisis_precision),
    ]
    macro = result.macro_f1
    head = f"<tr><th>Macro-F1<td class=n>{macro.value:.3f}<td class=n>{macro.low:.3f} to {macro.high:.3f}"
    return "<table><caption>Main figures</caption>" + head + "".join(map(_figure, rows)) + "</table>"


def _figure(row: tuple[str, Share]) -> str:
    name, share = row
    return f"<tr><th>{escape(name)}<td class=n>{share.value:.3f}<td class=n>{share.low:.3f} to {share.high:.3f}"


def _chart(categories: Iterable[CategoryResult]) -> str:
    """F1 per category as bars with their intervals; readable in black and white."""
    bars = []
    for place, each in enumerate(categories):
        y, width = 8 + place * 24, each.f1.value * 400
        bars.append(
            f'<text x="0" y="{y + 12}">{escape(each.name)}</text>'
            f'<rect x="170" y="{y}" width="{width:.0f}" height="14" fill="#264af4"/>'
            f'<path d="M{170 + each.f1.low * 400:.0f} {y + 7}H{170 + each.f1.high * 400:.0f}" stroke="#000"/>'
            f'<text x="585" y="{y + 12}">{each.f1.value:.2f}</text>'
        )
    return f'<svg role=img aria-label="F1 per category" width="640" height="230">{"".join(bars)}</svg>'


def _table(categories: Iterable[CategoryResult]) -> str:
    body = "".join(
        f"<tr><th>{each.category} {escape(each.name)}<td class=n>{each.precision.value:.3f}"
        f"<td class=n>{each.recall.value:.3f}<td class=n>{each.f1.value:.3f}"
        f"<td class=n>{each.f1.low:.3f} to {each.f1.high:.3f}<td class=n>{each.recall.of}"
        for each in categories
    )
    head = "<tr><th>Category<th>Precision<th>Recall<th>F1<th>Interval<th>Rows"
    return f"<table><caption>By category</caption>{head}{body}</table>"


def _languages(result: Evaluation) -> str:
    body = "".join(
        f"<tr><th>{escape(each.name)}<td class=n>{each.rows}<td class=n>{each.flag_recall.value:.3f}"
        f"<td class=n>{each.false_positives.value:.3f}<td class=n>{each.flag_f1:.3f}"
        for each in result.languages
    )
    head = "<tr><th>Language<th>Rows<th>Flag recall<th>False positives<th>Flag F1"
    return f"<table><caption>By language</caption>{head}{body}</table>"


def _section(title: str, pairs: Sequence[tuple[LabelledReply, Verdict]]) -> Iterable[str]:
    yield f"<h2>{escape(title)} ({len(pairs)})</h2>"
    yield from (_article(row, verdict) for row, verdict in pairs)


def _article(row: LabelledReply, verdict: Verdict) -> str:
    reply = row.reply
    right = ", ".join(str(label.value) for label in sorted(row.labels)) or "none"
    written = ", ".join(f"{label.value} ({verdict.scores[label]:.2f})" for label in verdict.labels) or "none"
    reasons = "".join(f"<li>{_reason(finding)}" for finding in verdict.findings[:6])
    freed = "".join(f"<li>freed from {each.category.value}: {escape(each.reason)}" for each in verdict.freed)
    return (
        f"<article id='{_safe(reply.id)}'><h3>{_safe(reply.id)} · {_safe(reply.lang)}</h3>"
        f"<p>@{_safe(reply.author.handle)} · {_safe(reply.author.name)}</p>"
        f"<p>{marked(reply.text, verdict.findings)}</p><p class=post>Post: {_safe(reply.post)}</p>"
        f"<p>Right: {right}. Written: {written}.</p><ul>{reasons}{freed}</ul></article>"
    )


def _reason(finding: Finding) -> str:
    detail = "".join(f", {_safe(key)}: {_safe(value)}" for key, value in finding.detail.items())
    return f"{finding.category.value} {finding.score:.2f} {_safe(finding.reason)} in {finding.where}{detail}"


def marked(text: str, findings: Iterable[Finding]) -> str:
    """The text, escaped, with the places of the findings marked."""
    inside = [False] * len(text)
    for finding in findings:
        if finding.where == "text" and finding.end - finding.start < len(text):
            inside[finding.start : finding.end] = [True] * (finding.end - finding.start)
    out: list[str] = []
    for place, char in enumerate(text):
        if inside[place] and (place == 0 or not inside[place - 1]):
            out.append("<mark>")
        out.append(_safe(char))
        if inside[place] and (place + 1 == len(text) or not inside[place + 1]):
            out.append("</mark>")
    return "".join(out)


def _safe(text: str) -> str:
    """Escaped, without lone surrogates that no page can carry."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))

"""The monthly transparency report from the record itself: counts, times, reversals, estimates; small cells suppressed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput
from bot.store import judging, quality
from bot.store.quality import Decided
from bot.usecases.parts import Parts
from bot.usecases.quality import Quality, Row, measure
from moderation.categories import Category
from moderation.evaluate import Share

SMALL: Final = 5
"""Counts from 1 up to this one, itself excluded, could point to persons and are not published."""
ZONE: Final = ZoneInfo("Asia/Tokyo")
Count = int | None
"""None: suppressed."""
Estimate = tuple[float | None, float | None, float | None]
"""Value and 95 % interval; all None: not measured, or of too few."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by name; suppressed ones are None. ``total`` may be published: it tells nothing about a hidden cell."""

    name: str
    rows: Mapping[str, Count]
    total: Count


@dataclass(frozen=True, slots=True)
class MonthReport:
    """One month. Times are medians in minutes, None when nothing was measured; shares carry 95 % intervals."""

    month: str
    policies: tuple[str, ...]
    collected: int
    screened: int
    flagged: Count
    cases: Table
    languages: Table
    actions: Table
    by_category: tuple[Table, ...]
    minutes_to_first_view: float | None
    minutes_to_measure: float | None
    measures: Count
    taken_back: Count
    appeals: Table
    machine_share: Share | None
    permit: Share | None
    permit_criticism: Share | None
    precision: Share | None
    recall: Estimate
    kappa: Estimate
    recall_by: Mapping[str, Mapping[str, Estimate]]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON; a suppressed count is null."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["policies"] = list(self.policies)
        for name in ("cases", "languages", "actions", "appeals"):
            plain[name] = _table_json(getattr(self, name))
        plain["by_category"] = {each.name: _table_json(each) for each in self.by_category}
        for name in ("machine_share", "permit", "permit_criticism", "precision"):
            plain[name] = _share_json(getattr(self, name))
        for name in ("recall", "kappa"):
            plain[name] = _estimate_json(getattr(self, name))
        plain["recall_by"] = {
            of: {name: _estimate_json(each) for name, each in rows.items()} for of, rows in self.recall_by.items()
        }
        return plain


def month_report(parts: Parts, month: str, *, offices: Sequence[str] | None = None) -> MonthReport:
    """The report of a month like ``2026-12``, wall time in Japan, for some offices (None: all)."""
    since, until = span_of(month)
    registry = parts.registry()
    accounts = None if offices is None else [a.id for a in registry.accounts if a.office in offices]
    with parts.store.read() as tx:
        decided = quality.decided(tx, since=since, until=until, offices=offices)
        collected = quality.collected(tx, since=since, until=until, accounts=accounts)
        opened = quality.opened(tx, since=since, until=until, offices=offices)
        policies = quality.policies_between(tx, since=since, until=until)
        mine = None if offices is None else {each.case for each in decided}
        appeals = judging.appeals_between(tx, since=since, until=until)
        told = [each.outcome or "open" for each in appeals if mine is None or each.case in mine]
    return _report(
        month, decided, collected, opened, policies, told, measure(parts, since=since, until=until, offices=offices)
    )


def span_of(month: str) -> tuple[datetime, datetime]:
    """First instant of a month and of the next one, in Japan; BadInput for anything that is no month."""
    try:
        since = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZONE)
    except ValueError:
        since = None
    if since is None or not 2000 <= since.year <= 2999:
        raise BadInput(f"'{month}' is no month; write for example 2026-12.", key="month").worded("problem.month")
    until = (since + timedelta(days=32)).replace(day=1)
    return since, until


def to_csv(report: MonthReport) -> str:
    """One row per figure: table, name, value, low, high; a suppressed count is written as ``<5``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "name", "value", "low", "high"])
    writer.writerows(_csv_rows(report))
    return out.getvalue()


def suppressed(counts: Mapping[str, int]) -> tuple[dict[str, Count], Count]:
    """Counts with small cells hidden, and their total. Where one cell alone would be hidden, it could be had by
    subtraction: then the next smallest is hidden too, and without one to hide, the total.
    """
    small = [name for name, count in counts.items() if 0 < count < SMALL]
    total: Count = sum(counts.values())
    if len(small) == 1:
        larger = sorted((count, name) for name, count in counts.items() if count >= SMALL)
        if larger:
            small.append(larger[0][1])
        else:
            total = None
    return {name: None if name in small else count for name, count in counts.items()}, total


def hide_small(count: int) -> Count:
    return None if 0 < count < SMALL else count


def _report(
    month: str,
    decided: Sequence[Decided],
    collected: tuple[int, int, int],
    opened: Sequence[tuple[str, str]],
    policies: Sequence[str],
    appeals: Sequence[str],
    found: Quality,
) -> MonthReport:
    done = [each for each in decided if each.carried_out]  # a hiding that failed has hidden nothing
    acted = [each for each in done if each.step.word != "none"]
    recall = found.recall
    agreement = found.overall.agreement
    by_label: Counter[str] = Counter()
    for labels, times in Counter(labels for labels, _ in opened).items():
        by_label.update(dict.fromkeys(_slugs(labels), times))
    return MonthReport(
        month=month,
        policies=tuple(policies),
        collected=collected[0],
        screened=collected[1],
        flagged=hide_small(collected[2]),
        cases=_table("cases", {c.slug: by_label.get(c.slug, 0) for c in Category}),
        languages=_table("languages", Counter(language or "und" for _, language in opened)),
        actions=_table("actions", _actions(done)),
        by_category=tuple(
            _table(c.slug, _actions([each for each in done if c in (each.category, *each.labels)])) for c in Category
        ),
        minutes_to_first_view=_minutes([(e.collected_at, e.first_seen_at) for e in decided]),
        minutes_to_measure=_minutes([(e.written_at, e.decided_at) for e in acted]),
        measures=hide_small(len(acted)),
        taken_back=hide_small(sum(each.back for each in acted)),
        appeals=_table("appeals", {each: appeals.count(each) for each in ("upheld", "reversed", "open")}),
        machine_share=_enough(Share(0, len(acted), 0.0, 0.0, 0.0)),
        permit=_enough(found.permit),
        permit_criticism=_enough(found.permit_criticism),
        precision=_enough(found.overall.precision),
        recall=(recall.value, recall.low, recall.high),
        kappa=(agreement.kappa, agreement.low, agreement.high),
        recall_by={"category": _recalls(found.by_category), "language": _recalls(found.by_language)},
    )


def _enough(share: Share) -> Share | None:
    """A share of fewer than five would tell single cases."""
    return share if share.of >= SMALL else None


def _recalls(rows: Iterable[Row]) -> dict[str, Estimate]:
    """Recall by the rows' names; nothing is told of a row with fewer than five confirmed cases."""
    known = [(row.name, row.recall) for row in rows if row.recall is not None]
    return {
        name: (each.value, each.low, each.high) if each.found >= SMALL else (None, None, None) for name, each in known
    }


def _slugs(labels: str) -> list[str]:
    return [Category(int(each)).slug for each in labels.split(",") if each]


def _actions(decided: Iterable[Decided]) -> dict[str, int]:
    counts = Counter("permitted" if each.step.word == "none" else each.step.word for each in decided)
    return {name: counts.get(name, 0) for name in ("permitted", "hide", "delete", "block")}


def _table(name: str, counts: Mapping[str, int]) -> Table:
    rows, total = suppressed(dict(sorted(counts.items())) if isinstance(counts, Counter) else counts)
    return Table(name, rows, None if total is None else hide_small(total))


def _minutes(spans: Iterable[tuple[datetime, datetime | None]]) -> float | None:
    """The median, and only where it cannot be a single case's."""
    waits = [(end - begin).total_seconds() / 60 for begin, end in spans if end is not None]
    return round(median(waits), 1) if len(waits) >= SMALL else None


def _table_json(table: Table) -> dict[str, Any]:
    return {"rows": dict(table.rows), "total": table.total}


def _share_json(share: Share | None) -> dict[str, Any] | None:
    return {"value": share.value, "low": share.low, "high": share.high, "of": share.of} if share else None


def _estimate_json(estimate: Estimate) -> dict[str, float | None]:
    return dict(zip(("value", "low", "high"), estimate, strict=True))


def _csv_rows(report: MonthReport) -> list[list[str]]:
    rows = [["month", "month", report.month, "", ""]]
    rows += [["month", "policy", each, "", ""] for each in report.policies]
    for name in ("collected", "screened", "flagged", "measures", "taken_back"):
        rows.append(["replies", name, _cell(getattr(report, name)), "", ""])
    for table in (report.cases, report.languages, report.actions, report.appeals, *report.by_category):
        rows += [[table.name, each, _cell(count), "", ""] for each, count in table.rows.items()]
        rows.append([table.name, "total", _cell(table.total), "", ""])
    for name in ("minutes_to_first_view", "minutes_to_measure"):
        rows.append(["times", name, _number(getattr(report, name)), "", ""])
    for name in ("machine_share", "permit", "permit_criticism", "precision"):
        share = getattr(report, name)
        rows.append(["shares", name, *([str(share.value), str(share.low), str(share.high)] if share else ["", "", ""])])
    rows += [["shares", name, *map(_number, getattr(report, name))] for name in ("recall", "kappa")]
    for of, estimates in report.recall_by.items():
        rows += [[f"recall-{of}", name, *map(_number, each)] for name, each in estimates.items()]
    return rows


def _cell(count: Count) -> str:
    return f"<{SMALL}" if count is None else str(count)


def _number(value: float | None) -> str:
    return "" if value is None else str(value)

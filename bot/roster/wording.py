"""What a policy page says inconsistently by itself; only wordings that were seen in the agency's own versions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain.accounts import OfficeKind
from bot.roster.align import Sheet

LOCAL_OFFICES: Mapping[str, re.Pattern[str]] = {
    "vi": re.compile(r"(Văn phòng|Chi cục|Cục) Quản lý xuất nhập cảnh và lưu trú địa phương"),
    "zh-Hans": re.compile(r"地方出入国在留管理(官署|局|厅)"),
    "zh-Hant": re.compile(r"地方出入國在留管理(官署|局|廳)"),
    "ja": re.compile(r"地方出入国在留管理(官署|局)"),
    "en": re.compile(r"Regional Immigration Services (Bureau|Office)s?"),
}
"""How each language speaks of the local offices together; the group is the noun."""

TABLE_NOUNS: Mapping[str, re.Pattern[str]] = {
    "vi": re.compile(r"^(Văn phòng|Chi cục|Cục)\b"),
    "zh-Hans": re.compile(r"(官署|局|厅)$"),
    "zh-Hant": re.compile(r"(官署|局|廳)$"),
    "ja": re.compile(r"(官署|局)$"),
    "en": re.compile(r"\b(Bureau|Office)$"),
}


def nouns(sheet: Sheet) -> str | None:
    """The nouns in title, text and table when a page uses more than one; None if it is consistent or unknown."""
    shape = LOCAL_OFFICES.get(sheet.language)
    if shape is None:
        return None
    body = "\n".join(line.lstrip("• ") for line in sheet.page.lines)
    places = {
        "title": shape.findall(sheet.page.title),
        "text": shape.findall(body.replace(sheet.page.title, "")),
        "table": _table_nouns(sheet),
    }
    used = {place: "/".join(dict.fromkeys(found)) for place, found in places.items() if found}
    if len(set(used.values())) < 2:
        return None
    return "; ".join(f"{place}: {noun}" for place, noun in used.items())


def repeated(sheet: Sheet) -> str | None:
    """A sentence of some length that the page prints twice before its first section."""
    head = " ".join(sheet.page.lines[:12])
    sentences = [each.strip() for each in re.split(r"(?<=[。.])\s+|(?<=。)", head) if len(each.strip()) > 20]
    twice = next((each for each in sentences if sentences.count(each) > 1), None)
    return f"“{twice[:40]}…”" if twice else None


def old_name(sheet: Sheet) -> str | None:
    return "Twitter" if any("Twitter" in line for line in sheet.page.lines) else None


def _table_nouns(sheet: Sheet) -> list[str]:
    shape = TABLE_NOUNS[sheet.language]
    bureaus = [each for each in sheet.entries if each.office and each.office.kind is OfficeKind.REGIONAL_BUREAU]
    return [found[1] for each in bureaus if (found := shape.search(each.row.operator[0]))]

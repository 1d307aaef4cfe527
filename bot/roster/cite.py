"""Source lines for reused website content, under the website content terms or PDL1.0, unchanged or edited.

The wordings for ja, en and th follow the published terms (set 2016-03-28) and PDL1.0 (2024-07-05); the others are
our translations and say so by ``official=False``. An edit is marked apart from the source, as the terms demand.
Posts on X and Facebook are outside these terms (SNS operating policy 5.4) and are refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

PDL_URL = "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0"
TERMS_URL = "https://www.isa.go.jp/en/copyright/index2.html"
SITES = ("isa.go.jp", "moj.go.jp")
POSTS = ("x.com", "twitter.com", "facebook.com")


class Terms(StrEnum):
    """Which terms apply is a setting: whether the agency's site has moved to PDL1.0 is not known."""

    WEBSITE = "website"
    PDL1 = "pdl1.0"


class NotCitable(ValueError):
    """No source line can be made for this. The message says what to change."""


@dataclass(frozen=True, slots=True)
class Citation:
    """``line`` goes under the content. ``official`` is False where the wording is our translation."""

    line: str
    language: str
    official: bool
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "language": self.language,
            "official": self.official,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class _Wording:
    """``as_is`` and ``edited`` with {url}, {title}, {by}; ``join`` stands before the PDL part; ``nobody`` as {by}."""

    as_is: str
    edited: str
    join: str
    nobody: str
    official: bool = False


WORDINGS: Mapping[str, _Wording] = {
    "ja": _Wording(
        "出典:出入国在留管理庁ウェブサイト({url})",
        "「{title}」(出入国在留管理庁)({url}){by}作成",
        "、",
        "を加工して",
        official=True,
    ),
    "en": _Wording(
        "Source: Immigration Services Agency website ({url})",
        "Created by {by} based on “{title}” (Immigration Services Agency website) ({url})",
        ", ",
        "the editor",
        official=True,
    ),
    "th": _Wording(
        "แหล่งที่มา: เว็บไซต์สำนักงานตรวจคนเข้าเมือง ({url})",
        "{by} เป็นผู้จัดทำขึ้นโดยอิงตามข้อมูลใน “{title}” (เว็บไซต์สำนักงานตรวจคนเข้าเมือง) ({url})",
        ", ",
        "ผู้เรียบเรียง",
        official=True,
    ),
    "vi": _Wording(
        "Nguồn: Trang web của Tổng cục Quản lý xuất nhập cảnh và lưu trú Nhật Bản ({url})",
        "{by} biên soạn dựa trên “{title}” (trang web của Tổng cục Quản lý xuất nhập cảnh và lưu trú Nhật Bản) ({url})",
        ", ",
        "Người biên tập",
    ),
    "zh-Hans": _Wording(
        "来源:出入国在留管理厅网站({url})",
        "{by}根据“{title}”(出入国在留管理厅网站)({url})加工制作",
        "、",
        "编者",
    ),
    "zh-Hant": _Wording(
        "來源:出入國在留管理廳網站({url})",
        "{by}根據「{title}」(出入國在留管理廳網站)({url})加工製作",
        "、",
        "編者",
    ),
    "ko": _Wording(
        "출처: 출입국재류관리청 웹사이트({url})",
        "“{title}”(출입국재류관리청 웹사이트)({url})를 바탕으로 {by} 작성",
        ", ",
        "편집자가",
    ),
    "pt": _Wording(
        "Fonte: site da Agência de Serviços de Imigração ({url})",
        "Elaborado por {by} com base em “{title}” (site da Agência de Serviços de Imigração) ({url})",
        ", ",
        "quem editou",
    ),
}


def cite(
    url: str, *, title: str = "", language: str = "ja", edited: bool = False, by: str = "", terms: Terms = Terms.WEBSITE
) -> Citation:
    """The source line for content from ``url``. Edited content needs the document's ``title``; ``by`` is its maker.

    A language without a wording is served in English, which the answer says. ``NotCitable`` tells what is wrong.
    """
    address, title, by = _address(url), _one_line(title), _one_line(by)
    if edited and not title:
        raise NotCitable("edited content names the document that it is based on: give its title")
    spoken = language if language in WORDINGS else "en"
    wording = WORDINGS[spoken]
    maker = f"をもとに{by}" if by and spoken == "ja" else (by or wording.nobody)
    line = (wording.edited if edited else wording.as_is).format(url=address, title=title, by=maker)
    if terms is Terms.PDL1:
        line += f"{wording.join}PDL1.0({PDL_URL})" if spoken == "ja" else f"{wording.join}PDL1.0 ({PDL_URL})"
    warnings = (*_about_site(address), *_about_language(language, spoken, wording))
    return Citation(line, spoken, wording.official, warnings)


def _address(url: str) -> str:
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        host, parts = "", urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not host
        or any(c in "\"'<>()" or not c.isprintable() or c == " " for c in url)
    ):
        raise NotCitable("give the full address of the page, beginning with https://")
    if host in POSTS:
        raise NotCitable(
            "posts are not under the website's terms: repost them by the platform's own function (policy 5.4)"
        )
    return url


def own_site(url: str) -> bool:
    """Whether the address is on a website whose terms these are."""
    host = urlsplit(url).hostname or ""
    return any(host == site or host.endswith("." + site) for site in SITES)


def _about_site(url: str) -> tuple[str, ...]:
    host = urlsplit(url).hostname or ""
    return () if own_site(url) else (f"{host} is not the agency's website: its own terms apply",)


def _about_language(asked: str, spoken: str, wording: _Wording) -> tuple[str, ...]:
    if asked != spoken:
        return (f"there is no wording for {_one_line(asked)[:20]}: English is used",)
    return () if wording.official else ("our translation: the terms give no wording in this language",)


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]

"""missing-source: quoted website content names its source, changed content says so apart (website content terms, 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.lint.model import Finding, Notice, Severity

_SITE: Final = r"(?:ホームページ|ウェブサイト|ウェブページ|Webサイト|Webページ|公式サイト|サイト|HP|website|web site|网站|網站|trang web|홈페이지)"
_QUOTING: Final = re.compile(
    rf"{_SITE}[^。\n]{{0,12}}?(?:より|から|の(?:内容|文章|記載|説明)を?|を)\s?(?:一部)?(?:引用|抜粋|転載|要約|翻訳|編集|加工|まとめ|改変)"
    rf"|{_SITE}\s?(?:より|から)(?=\s*(?:$|[)」』】\n]|。(?!\S*https)))"
    rf"|(?:以下|次)[のは]?、?{_SITE}(?:より|から)|[(\[]引用[)\]]|引用[:]|より(?:一部)?(?:引用|抜粋|転載)|を(?:一部)?(?:引用|抜粋|転載)(?:し|です|。|$)|から(?:の|一部)?(?:引用|抜粋|転載)|{_SITE}に(?:よると|よれば)"
    rf"|\b(?:quoted|excerpt(?:ed)?|taken|adapted|reproduced|translated) from\b[^.\n]{{0,40}}(?:{_SITE}|isa\.go\.jp|moj\.go\.jp)|(?:摘自|引自|转载自|轉載自|trích từ|trích dẫn|발췌)",
    re.IGNORECASE | re.MULTILINE,
)
_SOURCE: Final = re.compile(
    r"出典|出所|引用元|参照元|資料[:]|\bsources?\s?:|来源|來源|出处|出處|nguồn\s?:|출처|แหล่งที่มา|fonte\s?:|fuente\s?:|sumber\s?:|pinagmulan|स्रोत|を加工して作成|をもとに[^。\n]{0,20}作成|を基に[^。\n]{0,20}作成",
    re.IGNORECASE,
)
_CHANGED: Final = re.compile(r"要約|一部(?:を)?(?:抜粋|変更|改変|編集|省略)|翻訳|改変|編集し|やさしい日本語に(?:し|直)|まとめ(?:まし|直)|\b(?:summari[sz]ed|abridged|translated|simplified)\b", re.IGNORECASE)  # fmt: skip
_EDIT_MARK: Final = re.compile(
    r"加工|(?:をもとに|を基に|を元に)[^。\n]{0,20}作成|編集・加工|\bcreated\b[^.\n]{0,40}\bbased on\b|\b(?:edited|adapted)\b|\bprocessed\b|ดัดแปลง",
    re.IGNORECASE,
)
_QUOTE: Final = re.compile(r"「([^「」]{40,})」|『([^『』]{40,})』|“([^“”]{60,})”|\"([^\"\n]{60,})\"")
_ABOUT_SITE: Final = re.compile(rf"{_SITE}|出入国在留管理庁|入管庁|法務省|Immigration Services Agency", re.IGNORECASE)
_SPOKEN: Final = re.compile(r"電話|音声|メール|詐欺|不審|偽|scam|phone|call|アナウンス|名乗", re.IGNORECASE)


def missing_source(notice: Notice) -> Iterator[Finding]:
    """Words that quote the website, or a long quotation beside it, without a source line or without the edited mark."""
    quoting, changed = _QUOTING.search(notice.even), _CHANGED.search(notice.even)
    if _SOURCE.search(notice.even):
        if changed and not _EDIT_MARK.search(notice.even):
            yield _finding(notice, *changed.span(), "edited-mark", "")
        return
    place = quoting.span() if quoting else _long_quotation(notice)
    if place is not None:
        url = next((notice.text[link.start : link.end] for link in notice.links if link.host.endswith(".go.jp")), "")
        yield _finding(notice, *place, "source-line", f"\n出典:{_site(url)}({url})" if url else "")


def _long_quotation(notice: Notice) -> tuple[int, int] | None:
    """A whole sentence or more in quotation marks, in a notice that speaks of the agency's site or leads to it."""
    for match in _QUOTE.finditer(notice.even):
        inner = next(each for each in match.groups() if each)
        if not re.search(r"[。.]", inner) or _SPOKEN.search(notice.even):
            continue
        if _ABOUT_SITE.search(notice.even) or any(link.host.endswith(".go.jp") for link in notice.links):
            return match.span()
    return None


def _finding(notice: Notice, start: int, end: int, reason: str, added: str) -> Finding:
    facts = {"written": notice.text[start:end][:40]}
    fix = notice.text[start:end] + added if added else None
    return Finding("missing-source", Severity.WARNING, start, end, reason, facts, fix)


def _site(url: str) -> str:
    return "法務省ウェブサイト" if "moj.go.jp" in url and "/isa" not in url else "出入国在留管理庁ウェブサイト"

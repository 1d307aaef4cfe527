"""halfwidth-kana and machine-dependent-character: what other machines show wrongly or not at all, and what nobody sees.

Which signs depend on the machine is read from Python's own tables: what Windows (cp932) has and Shift_JIS has not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bot.domain.lint.model import Finding, Notice, Severity

_HALF: Final = re.compile("[\uff61-\uff9f]+")
_VOICE: Final = str.maketrans({"\u3099": "゛", "\u309a": "゜"})
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]+|\r+(?!\n)"
)
_LOST: Final = re.compile("[\ud800-\udfff\ue000-\uf8ff\ufffd\ufffe\uffff\ufdd0-\ufdef\U000f0000-\U0010ffff]+")
_JOINERS: Final = "\u200c\u200d"
_JOINED_SCRIPTS: Final = re.compile("[\u0600-\u07ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff]")
_SPACED_SCRIPTS: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff]")
_EMOJI: Final = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff]")
_TAGS: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007f]+")
_SELECTOR: Final = re.compile("(?<=[\u3400-\u9fff\uf900-\ufaff])[\ufe00-\ufe0e\U000e0100-\U000e01ef]+")
_MARKED: Final = re.compile("[^\\W\\d_][\u0300-\u036f\u3099\u309a]+")
_KANA: Final = re.compile("[\u3040-\u30ff]")
_CIRCLED: Final = re.compile("[\u2460-\u24ff\u3251-\u325f\u32b1-\u32bf\u2776-\u2793]")
_SIGN: Final = re.compile(
    "[\u2116\u2121\u213b\u2150-\u218b\u221f\u22bf\u2460-\u24c1\u24c3-\u24ff\u2776-\u2793\u2e80-\u2fdf\u301d-\u301f"
    "\u3200-\u3296\u3298\u329a-\u33ff\uf900-\ufaff\ufb00-\ufb06\uffe0-\uffef\U0001d400-\U0001d7ff"
    "\U00020000-\U0003ffff\u4e00-\u9fff]"
)
_FIXES: Final = {
    "№": "No.", "℡": "TEL", "㏍": "(株)", "〝": "「", "〟": "」", "〞": "」", "㈱": "(株)", "㈲": "(有)", "㈹": "(代)",
    "㊤": "(上)", "㊥": "(中)", "㊦": "(下)", "㊧": "(左)", "㊨": "(右)", "髙": "高", "﨑": "崎", "栁": "柳", "德": "徳",
    "瀨": "瀬", "濵": "浜", "∥": "‖", "￤": "|",
}  # fmt: skip


def halfwidth_kana(notice: Notice) -> Iterator[Finding]:
    """One finding a run; a mark of voice after full-width kana takes its kana along."""
    for match in _HALF.finditer(notice.text):
        start, end = match.span()
        before = notice.text[start - 1 : start]
        if match[0][0] in "ﾞﾟ" and len(unicodedata.normalize("NFKC", before + match[0][0])) == 1 and before:
            start -= 1
        fix = unicodedata.normalize("NFKC", notice.text[start:end]).translate(_VOICE)
        facts = {"written": notice.text[start:end], "right": fix}
        yield Finding("halfwidth-kana", Severity.WARNING, start, end, "halfwidth-kana", facts, fix)


def machine_dependent(notice: Notice) -> Iterator[Finding]:
    """Controls and lost characters are errors, signs of one vendor and split letters are warnings."""
    if notice.text.isascii() and notice.text.isprintable():
        return
    flags = [match.span() for match in _TAGS.finditer(notice.text)]
    for match in _HIDDEN.finditer(notice.text):
        if not any(start < match.end() and match.start() < end for start, end in flags[:50]):
            yield from _hidden(notice, match)
    for match in _LOST.finditer(notice.text):
        yield _error(match.start(), match.end(), "lost-character", _codes(match[0]), None)
    for match in _SELECTOR.finditer(notice.text):
        yield _warn(match.start(), match.end(), "variant-selector", _codes(match[0]), "")
    yield from _split_letters(notice)
    yield from _signs(notice)


def _hidden(notice: Notice, match: re.Match[str]) -> Iterator[Finding]:
    """Joiners inside emoji and scripts that need them stay, so do word breaks of Thai and marks of Arabic."""
    start, end = match.span()
    near = notice.text[max(0, start - 2) : start] + notice.text[end : end + 2]
    signs = set(match[0])
    if signs <= set(_JOINERS) and (_EMOJI.search(near) or _JOINED_SCRIPTS.search(near)):
        return
    if signs == {"\u200b"} and _SPACED_SCRIPTS.search(near):
        return
    if signs <= {"\u200e", "\u200f"} and _RIGHT_TO_LEFT.search(notice.text):
        return
    breaks = "\n" if signs & set("\u2028\u2029\r\x0b\x0c\x85") else ""
    yield _error(start, end, "hidden-character", _codes(match[0]), breaks)


def _split_letters(notice: Notice) -> Iterator[Finding]:
    """か + ゛ as two characters (NFD), as some machines write file names."""
    if notice.text.isascii() or unicodedata.is_normalized("NFC", notice.text):
        return
    run: list[re.Match[str]] = []
    for match in _MARKED.finditer(notice.text):
        if unicodedata.normalize("NFC", match[0]) == match[0]:
            continue
        if run and run[-1].end() != match.start():
            yield _joined(notice, run)
            run = []
        run.append(match)
    if run:
        yield _joined(notice, run)


def _joined(notice: Notice, run: list[re.Match[str]]) -> Finding:
    start, end = run[0].start(), run[-1].end()
    written = notice.text[start:end]
    fix = unicodedata.normalize("NFC", written)
    return _warn(start, end, "split-letter", fix, fix)


def _signs(notice: Notice) -> Iterator[Finding]:
    """Neighbours of the same kind are one finding."""
    start = end = -1
    for match in _SIGN.finditer(notice.text):
        if not _depends(match[0]) or (_maybe_chinese(match[0]) and not _in_japanese(notice.text, match.start())):
            continue
        if match.start() != end:
            if start >= 0:
                yield _sign(notice, start, end)
            start = match.start()
        end = match.end()
    if start >= 0:
        yield _sign(notice, start, end)


def _sign(notice: Notice, start: int, end: int) -> Finding:
    written = notice.text[start:end]
    fixes = [_fix_of(char) for char in written]
    fix = "".join(each for each in fixes if each is not None) if all(each is not None for each in fixes) else None
    return _warn(start, end, "machine-dependent-character", written, fix)


@lru_cache(maxsize=4096)
def _depends(char: str) -> bool:
    """A kanji only when Windows added it; every other sign of these blocks depends on fonts or code pages."""
    if not "\u4e00" <= char <= "\u9fff":
        return True
    return _has(char, "cp932") and not _has(char, "shift_jis")


def _has(char: str, table: str) -> bool:
    try:
        char.encode(table)
    except UnicodeEncodeError:
        return False
    return True


def _maybe_chinese(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" and char not in "髙栁濵"


def _in_japanese(text: str, place: int) -> bool:
    """Whether the line has kana: 德 and 增 are everyday characters in Chinese."""
    first = text.rfind("\n", 0, place) + 1
    last = text.find("\n", place)
    return _KANA.search(text, first, last if last >= 0 else len(text)) is not None


@lru_cache(maxsize=4096)
def _fix_of(char: str) -> str | None:
    """A plain way to write the sign; None where only the author knows."""
    if char in _FIXES:
        return _FIXES[char]
    plain = unicodedata.normalize("NFKC", char).replace("⁄", "/")
    if _CIRCLED.match(char):
        plain = f"({plain})" if plain != char and not plain.startswith("(") else plain
    if "\u2776" <= char <= "\u2793":
        plain = f"({(ord(char) - 0x2776) % 10 + 1})"
    return plain if plain != char and not any(_SIGN.match(each) and _depends(each) for each in plain) else None


def _error(start: int, end: int, reason: str, what: str, fix: str | None) -> Finding:
    return Finding("machine-dependent-character", Severity.ERROR, start, end, reason, {"written": what}, fix)


def _warn(start: int, end: int, reason: str, what: str, fix: str | None) -> Finding:
    facts = {"written": what, "right": fix or ""}
    return Finding("machine-dependent-character", Severity.WARNING, start, end, reason, facts, fix)


def _codes(written: str) -> str:
    return " ".join(f"U+{ord(char):04X}" for char in written[:5])

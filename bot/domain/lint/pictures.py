"""missing-alt-text: what a blind reader hears instead of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from bot.domain.length import ALT_LIMIT
from bot.domain.lint.model import Finding, Notice, Picture, Severity

_FILM: Final = frozenset({".mp4", ".mov", ".m4v", ".webm", ".avi"})
_EMPTY_WORDS: Final = re.compile(
    r"(?:画像|写真|図|イラスト|ポスター|チラシ|バナー|スクリーンショット|スクショ|サムネイル|代替テキスト|なし|無し|image|picture|photo|img|pic|screenshot|figure|alt|none|n/?a|null|undefined|untitled|dsc|scan|無題)[\s_\-]?[0-9]*[.。]?",
    re.IGNORECASE,
)
_FILE_NAME: Final = re.compile(r"[\w\-. ()]+\.(?:jpe?g|png|gif|webp|heic|bmp|tiff?|svg|pdf)", re.IGNORECASE)


def missing_alt_text(notice: Notice) -> Iterator[Finding]:
    """One finding a picture; films have no alternative text on X."""
    for number, picture in enumerate(notice.media, 1):
        name = PurePosixPath(picture.path.replace("\\", "/"))
        if name.suffix.casefold() in _FILM and not picture.alt.strip():
            continue
        reason = _wrong(picture, name)
        if reason:
            facts = {"number": str(number), "path": name.name, "length": str(len(picture.alt)), "limit": str(ALT_LIMIT)}
            yield Finding("missing-alt-text", Severity.ERROR, 0, 0, reason, facts)


def _wrong(picture: Picture, name: PurePosixPath) -> str:
    alt = picture.alt.strip()
    if not any(char.isalnum() for char in alt):
        return "alt-missing"
    if alt.casefold() in {name.name.casefold(), name.stem.casefold(), picture.path.casefold()} or _FILE_NAME.fullmatch(
        alt
    ):
        return "alt-file-name"
    if _EMPTY_WORDS.fullmatch(alt):
        return "alt-says-nothing"
    return "alt-too-long" if len(alt) > ALT_LIMIT else ""

"""Category 3: pirated works, reproduced texts, pictures taken or used without consent, the agency's mark as one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met, seen
from moderation.model import Finding
from moderation.text import pattern

_SHARES: Final = pattern(
    r"drive|\.zip|mega\.|pic\.example|\bdl\b|link|リンク|ダウンロード|配布|上げ|アップ|共有|下载|分享|网盘|tải|공유|올림|올려|퍼가|"
    r"โหลด|แจก|แชร์|baix|compart|descarg|bajen|sebar|unduh|share|download|post|डाउनलोड|सेयर|[→⬇📥📸🎬📚💿]"
)


def detect(context: Context) -> Iterator[Finding]:
    """A word of copying counts more when something is handed on."""
    piracy, picture = context.first("piracy"), context.first("secret-picture")
    shares = bool(piracy or picture) and _SHARES.search(context.plain.text) is not None
    if piracy:
        yield met(Category.IP_INFRINGEMENT, 0.6 if shares else 0.35, "copy-without-right", piracy)
    if picture:
        yield met(Category.IP_INFRINGEMENT, 0.6 if shares else 0.5, "picture-without-consent", picture)
    mark = context.first("mark")
    if mark and context.has("lure", "goods", "agency"):
        yield met(Category.IP_INFRINGEMENT, 0.35, "official-mark", mark)
    credit = re.search(r"[©♪🎵]", context.plain.text) if piracy else None
    if credit:
        yield seen(Category.IP_INFRINGEMENT, 0.3, "work-reproduced", context.plain, credit.start(), credit.end())

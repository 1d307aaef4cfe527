"""A small roster for tests: enough accounts to imitate."""

from __future__ import annotations

from moderation.model import Official

OFFICIALS = (
    Official("MOJ_IMMI", ("出入国在留管理庁", "Immigration Services Agency")),
    Official("IMMI_TOKYO", ("東京出入国在留管理局",)),
    Official("IMMI_NAGOYA", ("名古屋出入国在留管理局",)),
    Official("IMMI_HANEDA", ("羽田空港支局",)),
    Official("nagoya.nyukan.support", ("名古屋出入国在留管理局 在留支援",), "facebook"),
)

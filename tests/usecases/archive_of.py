"""A large archive of invented, screened replies, put into the store without a platform."""

from __future__ import annotations

import json

from sqlalchemy import insert

from bot.store.tables.replies import ReplyRow
from tests.usecases.desk import ADVERT, Desk

SAYINGS = (
    "ありがとうございます。助かります。",
    "予約の方法がよくわかりません。電話もつながりません。",
    "のんびり役所だ。もっと急いでほしい。",
    "Thank you for the information.",
    "请问办理延期需要哪些材料?",
    "Cho mình hỏi thời gian làm việc ạ",
    ADVERT,
)


def fill(desk: Desk, number: int, *, start: int = 0) -> None:
    """``number`` replies, all screened and unflagged but the advertisements; words sealed as ever."""
    seal, now = desk.house.store.seal, desk.house.now
    author = seal.close(json.dumps(["guest", "guest"]))
    sealed = [seal.close(saying) for saying in SAYINGS]
    prints = [seal.fingerprint(saying) for saying in SAYINGS]
    rows: list[dict[str, object]] = [
        {
            "platform": "x",
            "platform_id": str(10**6 + start + each),
            "account": "x-tokyo",
            "conversation_id": str(each % 50),
            "author_id": str(each % 997),
            "author": author,
            "words": sealed[each % len(SAYINGS)],
            "print": prints[each % len(SAYINGS)],
            "written_at": now,
            "collected_at": now,
            "screened_at": now,
            "policy": "p",
            "action": "review" if each % len(SAYINGS) == 6 else "none",
            "labels": "6" if each % len(SAYINGS) == 6 else "",
            "attachments": [],
        }
        for each in range(number)
    ]
    with desk.house.store.begin() as tx:
        for begin in range(0, number, 2000):
            tx.session.execute(insert(ReplyRow), rows[begin : begin + 2000])

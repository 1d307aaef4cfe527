"""Practice mode: demo users with one-time passwords and a queue that is alive, so that anybody can try the house."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.domain import hours
from bot.domain.accounts import Account
from bot.domain.errors import KouhouError
from bot.domain.people import SERVICE, Person, Role
from bot.domain.posts import Content, PostState
from bot.store import audit, people, posts
from bot.usecases import approve, compose
from bot.usecases.parts import Parts
from bot.usecases.passwords import hash_password

DEMO_USERS: Final = (
    ("staff", "広報 花子", (Role.STAFF,)),
    ("approver", "承認 太郎", (Role.STAFF, Role.APPROVER)),
    ("moderator", "見守 りん", (Role.MODERATOR,)),
    ("second", "管理 さくら", (Role.REVIEWER, Role.ADMIN)),
    ("admin", "管理 みどり", (Role.APPROVER, Role.MODERATOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR)),
)
_READ: Final = {"moderator": ("ja", "en"), "second": ("ja", "vi", "zh-Hans"), "admin": ("ja", "en")}
"""Languages that the demo users read, so that both sides of the rule about readers can be tried."""

NOTICES: Final = (
    (
        "IMMI_TOKYO",
        "【窓口の混雑】本日は品川庁舎2階の窓口が混み合い、お待ちいただく時間は約2時間です。お急ぎでない方は午後3時以降にお越しください。",
    ),
    (
        "IMMI_NAGOYA",
        "名古屋局では、外国人在留支援の相談を予約なしで受け付けています。通訳は英語・ポルトガル語・ベトナム語です。相談は無料です。",
    ),
    (
        "IMMI_OSAKA",
        "在留カードの受取りは、はがきに書かれた期限までにお越しください。収入印紙は窓口に来る前に用意してください。",
    ),
    (
        "IMMI_SENDAI",
        "Notice from the Sendai bureau: online applications are open on weekdays and weekends. Please check the required documents before you apply.",
    ),
    (
        "IMMI_FUKUOKA",
        "入管をかたる電話に注意してください。当庁が電話でお金を求めることはありません。不審な電話は警察相談窓口 #9110 へ。",
    ),
    (
        "nagoya.nyukan.support",
        "「生活・仕事ガイドブック」の新しい版ができました。やさしい日本語のほか、16の言語で読むことができます。",
    ),
    ("IMMI_HIROSHIMA", "広島局の窓口は月曜日の午前中が最も混み合います。火曜日から木曜日の午後は比較的すいています。"),
    (
        "IMMI_KOBE",
        "神戸支局からのお知らせ:庁舎の点検のため、正面玄関の自動ドアを一時止めます。係員の案内に従ってください。",
    ),
)


def enrol_demo_users(parts: Parts, *, now: datetime) -> Iterator[str]:
    """Adds the demo users once; each later start prints fresh one-time passwords."""
    made = {login: secrets.token_urlsafe(9) for login, _, _ in DEMO_USERS}
    hashed = {login: hash_password(password) for login, password in made.items()}
    with parts.store.begin() as tx:
        for login, name, roles in DEMO_USERS:
            if people.login_of(tx, login) is None:
                people.add(tx, login, name=name, at=now)
                people.set_reads(tx, login, _READ.get(login, ("ja",)))
                for role in roles:
                    people.grant(tx, login, role, by=SERVICE.login, at=now)
                audit.append(tx, SERVICE, "user.added", f"user:{login}", at=now)
            people.set_password(tx, login, hashed[login], one_time=True)
    return iter(f"  {login:10} {password}" for login, password in made.items())


def rehearse(parts: Parts, *, now: datetime) -> list[str]:
    """Demo users and, in an empty queue, a day's worth of notices. Returns what to print."""
    lines = ["Practice mode: nothing reaches the public. Sign in with one of these one-time passwords:"]
    lines += enrol_demo_users(parts, now=now)
    with parts.store.read() as tx:
        empty = not posts.find(tx, limit=1)
        staff, approver, admin = (people.person(tx, login) for login in ("staff", "approver", "admin"))
    if empty:
        for number, (handle, text) in enumerate(NOTICES):
            _queue(parts, handle, text, now + timedelta(seconds=1 + 8 * number), staff, (approver, admin), now)
        _leave_some_work(parts, staff, now)
    return lines


def _queue(
    parts: Parts, handle: str, text: str, due_at: datetime, staff: Person, approvers: tuple[Person, ...], now: datetime
) -> None:
    """A post on its way out; an office that is closed right now gives the reason that practice mode has."""
    account = parts.account(handle)
    reason = "" if hours.is_open(parts.office(account), due_at) else "練習のため(practice)"
    post = compose.draft(parts, compose.Wish(handle, Content(text), due_at, reason), by=staff, now=now)
    post = compose.submit(parts, post.id, by=staff, now=now)
    for person in approvers:
        if post.state is PostState.SUBMITTED:
            post = approve.approve(parts, post.id, by=person, now=now)


def _leave_some_work(parts: Parts, staff: Person, now: datetime) -> None:
    """A post to approve and a draft, so that every desk has something on it."""
    for handle, text, submit in (
        ("IMMI_TOKYO", "年末年始(12月29日から1月3日まで)は、すべての窓口をお休みします。", True),
        ("IMMI_SAPPORO", "雪の日は庁舎の入口がすべりやすくなっています。足元に気をつけてお越しください。", False),
    ):
        account: Account = parts.account(handle)
        try:
            post = compose.draft(parts, compose.Wish(account.id, Content(text)), by=staff, now=now)
            if submit:
                compose.submit(parts, post.id, by=staff, now=now)
        except KouhouError:
            continue  # an office without known hours has no next slot; the other posts are enough

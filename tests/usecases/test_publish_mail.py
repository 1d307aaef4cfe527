"""Mail to staff: urgent at once, the rest in a digest, in the reader's language, and never anybody's words."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import BadInput, NotSent
from bot.domain.people import Role
from bot.platforms.smtp import Smtp
from bot.store import mailing, people, service
from bot.usecases import approve, mail
from bot.usecases.remind import remind
from tests.house import APPROVER, STAFF, WED_10_JST, House
from tests.usecases.mailbox import Mailbox

CONSOLE = "https://kouhou.example"
SENDER = "kouhou@agency.example"


def enrol(house: House, login: str, *roles: Role, email: str = "", locale: str = "ja") -> None:
    with house.store.begin() as tx:
        people.add(tx, login, name=f"{login} さん", at=house.now, email=email, locale=locale)
        for role in roles:
            people.grant(tx, login, role, by="kanri", at=house.now)


def tell(house: House, person: str, kind: str, subject: str = "post:12", *, once: str = "") -> None:
    with house.store.begin() as tx:
        service.tell(tx, [person], kind, subject, at=house.now, once=once)


def send(house: House, box: Mailbox) -> mail.Mailed:
    return mail.send_mail(house.parts, Smtp(box.url, SENDER), console=CONSOLE, now=house.now)


def test_an_urgent_notice_leaves_at_once_and_once(house: House) -> None:
    enrol(house, "hanako", email="hanako@agency.example")
    tell(house, "hanako", "post.unknown")
    with Mailbox() as box:
        assert send(house, box).sent == 1
        assert send(house, box).sent == 0
        [letter] = box.letters
    assert (letter["To"], letter["From"]) == ("hanako@agency.example", SENDER)
    assert letter["Subject"] == "【至急】kouhou からのお知らせ 1件"
    assert letter["Auto-Submitted"] == "auto-generated"
    words = letter.get_content()
    assert "投稿 12: 送信されたかどうか確認中です。手作業で投稿しないでください" in words
    assert CONSOLE in words


def test_the_rest_waits_for_one_digest_in_ten_minutes(house: House) -> None:
    enrol(house, "hanako", email="hanako@agency.example", locale="en")
    with Mailbox() as box:
        for number in range(5):
            tell(house, "hanako", "post.returned", f"post:{number}")
            send(house, box)
            house.wait(minutes=1)
        assert box.letters == []
        house.wait(minutes=5)
        assert send(house, box).sent == 1
        [letter] = box.letters
    assert letter["Subject"] == "5 notice(s) from kouhou"
    assert letter.get_content().count("was returned by an approver") == 5


def test_a_notice_for_a_role_reaches_everybody_who_holds_it_and_nobody_else(house: House) -> None:
    enrol(house, "kanri", Role.ADMIN, email="kanri@agency.example")
    enrol(house, "fuku", Role.ADMIN, email="fuku@agency.example", locale="en")
    enrol(house, "hanako", Role.STAFF, email="hanako@agency.example")
    enrol(house, "mukashi", Role.ADMIN)  # without an address
    tell(house, "role:admin", "platform.tokens-refused", "platform:x")
    with Mailbox() as box:
        assert send(house, box).sent == 2
        assert sorted(each["To"] for each in box.letters) == ["fuku@agency.example", "kanri@agency.example"]
        assert "outage" in box.to("fuku@agency.example")[0].get_content()


def test_who_has_read_it_in_the_console_gets_no_mail(house: House) -> None:
    enrol(house, "hanako", email="hanako@agency.example")
    tell(house, "hanako", "post.failed")
    with house.store.begin() as tx:
        people.put_notices_away(tx, "hanako", service.newest_notice(tx))
    with Mailbox() as box:
        assert send(house, box).sent == 0


def test_somebody_switched_off_gets_no_mail(house: House) -> None:
    enrol(house, "hanako", email="hanako@agency.example")
    with house.store.begin() as tx:
        people.set_active(tx, "hanako", active=False)
    tell(house, "hanako", "post.failed")
    with Mailbox() as box:
        assert send(house, box).sent == 0


def test_a_refused_address_does_not_keep_the_others_from_their_mail(house: House) -> None:
    enrol(house, "aoi", Role.ADMIN, email="gone@agency.example")
    enrol(house, "kanri", Role.ADMIN, email="kanri@agency.example")
    tell(house, "role:admin", "db.restored", "db:db")
    with Mailbox(refuses=("gone@",)) as box:
        assert send(house, box) == mail.Mailed(sent=1, refused=1)
        assert send(house, box) == mail.Mailed()


@pytest.mark.parametrize("harm", ["away", "later"])
def test_a_server_that_cannot_take_mail_loses_none(house: House, harm: str) -> None:
    enrol(house, "hanako", email="hanako@agency.example")
    tell(house, "hanako", "post.failed")
    with Mailbox(later=("hanako@",)) as busy:
        closed = Smtp("smtp://127.0.0.1:9", SENDER)
        away = closed if harm == "away" else Smtp(busy.url, SENDER)
        with pytest.raises(NotSent):
            mail.send_mail(house.parts, away, console=CONSOLE, now=house.now)
    with Mailbox() as box:
        assert send(house, box).sent == 1


def test_without_a_mail_server_nothing_happens_and_nothing_is_lost(house: House) -> None:
    enrol(house, "hanako", email="hanako@agency.example")
    tell(house, "hanako", "post.failed")
    assert mail.send_mail(house.parts, None, console=CONSOLE, now=house.now) == mail.Mailed()
    with house.store.read() as tx:
        assert len(mailing.unmailed(tx)) == 1


def test_mail_switched_on_late_does_not_repeat_old_news(house: House) -> None:
    enrol(house, "hanako", email="hanako@agency.example")
    tell(house, "hanako", "post.failed", "post:1")
    house.wait(hours=25)
    tell(house, "hanako", "post.failed", "post:2")
    with Mailbox() as box:
        send(house, box)
        [letter] = box.letters
        house.wait(minutes=11)
        send(house, box)
        assert len(box.letters) == 1
    assert "投稿 2" in letter.get_content()
    assert "投稿 1" not in letter.get_content()


def test_a_whole_day_of_trouble_names_posts_and_quotes_nobody(house: House) -> None:
    """Returned, held, unknown, failed: what the use cases really tell, through to the letter."""
    enrol(house, STAFF.login, email="hanako@agency.example")
    words = "だれにも知られたくない本文"
    returned = house.submitted(text=f"{words}一")
    approve.give_back(house.parts, returned.id, by=APPROVER, now=house.now, comment="秘密の理由")
    unknown = house.scheduled(text=f"{words}二")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    failed = house.scheduled("IMMI_OSAKA", f"{words}三")
    house.sandbox.fault("forbidden", platform="x", route="create")
    house.publish()
    late = house.scheduled("IMMI_NAGOYA", f"{words}四")
    house.wait(hours=1)
    house.publish()
    with Mailbox() as box:
        send(house, box)
        [letter] = box.letters
    said = letter.get_content()
    for post, sentence in (
        (returned, "差し戻されました"),
        (unknown, "確認中です"),
        (failed, "送信できませんでした"),
        (late, "予定の時刻を過ぎた"),
    ):
        assert any(f"投稿 {post.id}:" in line and sentence in line for line in said.splitlines())
    assert words not in said
    assert "秘密" not in said


@pytest.mark.parametrize("name", ["太郎\r\nBcc: all@agency.example", "<script>"])
def test_a_name_can_start_no_header(house: House, name: str) -> None:
    with house.store.begin() as tx:
        people.add(tx, "hanako", name=name, at=house.now, email="hanako@agency.example")
    tell(house, "hanako", "post.failed")
    with Mailbox() as box:
        send(house, box)
        [letter] = box.letters
    assert letter["Bcc"] is None


# -- approvals that run out ------------------------------------------------------------------------------


def test_approvers_hear_by_mail_an_hour_and_a_quarter_before_the_slot(house: House) -> None:
    enrol(house, APPROVER.login, Role.APPROVER, email="taro@agency.example")
    house.submitted(at=WED_10_JST + timedelta(hours=3))
    heard = []
    with Mailbox() as box:
        for minutes in (0, 119, 121, 150, 164, 166, 179):
            house.jump_to(WED_10_JST + timedelta(minutes=minutes))
            remind(house.parts, now=house.now)
            send(house, box)
            heard.append(len(box.to("taro@agency.example")))
    assert heard == [0, 0, 1, 1, 1, 2, 2]
    assert "承認をお願いします" in box.letters[0].get_content()


# -- words and settings -----------------------------------------------------------------------------------


def test_both_languages_have_a_sentence_for_every_kind() -> None:
    table = tomllib.loads((Path(mail.__file__).parent / "mail_words.toml").read_text(encoding="utf-8"))
    assert table["ja"]["kind"].keys() == table["en"]["kind"].keys()
    assert table["ja"].keys() == table["en"].keys()


@pytest.mark.parametrize(
    ("kind", "urgent"),
    [
        ("post.unknown", True), ("post.unknown.several", True), ("post.failed", True), ("account.token", True),
        ("stop.credit", True), ("post.approve-soon.15", True), ("clock.jumped", True), ("case.urgent", True), ("post.held.account", True),
        ("post.returned", False), ("post.held.late", False), ("post.reslotted", False), ("budget.low", False),
        ("post.expired", False), ("account.changed", False),
    ],
)  # fmt: skip
def test_what_cannot_wait_is_told_from_what_can(kind: str, urgent: bool) -> None:
    assert mail.is_urgent(kind) is urgent


@pytest.mark.parametrize(
    ("url", "sender"),
    [("mailhost:25", SENDER), ("http://mail.example", SENDER), ("smtp://", SENDER), ("smtp://mail.example", "kouhou")],
)
def test_a_wrong_mail_setting_is_refused_by_name(url: str, sender: str) -> None:
    with pytest.raises(BadInput, match=r"KOUHOU_SMTP_URL|KOUHOU_MAIL_FROM"):
        Smtp(url, sender)

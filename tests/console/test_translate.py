"""Machine translation on the case page: off unless set up, one reply for one person, no identifier out, no power in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import translator
from bot.domain.cases import Case
from bot.store import audit
from bot.usecases import check
from bot.usecases.collect import recheck
from tests.console.moderator_desk import ELSEWHERE, ConsoleDesk
from tests.console.rig import AUDITOR
from tests.house import MODERATOR, REVIEWER, STAFF, House
from tests.platforms.libre_server import LibreServer, libre_server
from tests.usecases.desk import CARD, FACEBOOK

VIETNAMESE = "Làm thẻ giả, liên hệ zalo 090-1234-5678 @IMMI_TOKYO @ai_do https://bad.example/x"
HOSTILE = '<script>alert("x")</script>\u202e{{ 7*7 }}'


@pytest.fixture
def server() -> Iterator[LibreServer]:
    with libre_server() as made:
        made.says("偽造カードを作ります")
        yield made


@pytest.fixture
def off(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


@pytest.fixture
def desk(off: ConsoleDesk, server: LibreServer) -> Iterator[ConsoleDesk]:
    settings = replace(off.app.settings, translate_url=server.url)
    made = translator(settings, off.house.clock)
    off.app = replace(off.app, settings=settings, translator=made)
    yield off
    made.close()  # type: ignore[union-attr]


def given(desk: ConsoleDesk) -> tuple[Case, str]:
    case = desk.case(VIETNAMESE)
    return case, f"/cases/{case.id}/translate"


def test_without_a_service_there_is_no_button_and_no_page(off: ConsoleDesk) -> None:
    case, path = given(off)
    shown = off.visit().get(f"/cases/{case.id}")
    assert shown.status_code == 200
    assert "/translate" not in shown.text
    answer = off.visit().post(path)
    assert answer.status_code == 404
    assert "翻訳サービスは設定されていません" in answer.text


def test_a_translation_is_shown_once_beside_the_original_and_not_kept(desk: ConsoleDesk, server: LibreServer) -> None:
    server.says("nobody-finds-this-again")
    case, path = given(desk)
    visitor = desk.visit()
    assert f'action="{path}"' in visitor.get(f"/cases/{case.id}").text
    assert server.heard == []  # nobody had asked yet
    shown = visitor.post(path).text
    assert "nobody-finds-this-again" in shown
    assert "機械翻訳" in shown
    assert "Làm" in shown
    assert "nobody-finds-this-again" not in visitor.get(f"/cases/{case.id}").text
    for file in Path(desk.house.folder).glob("kouhou.db*"):
        assert b"nobody-finds-this-again" not in file.read_bytes()


def test_no_identifier_leaves_and_the_trail_has_counts_and_no_words(desk: ConsoleDesk, server: LibreServer) -> None:
    case, path = given(desk)
    desk.visit().post(path)
    [heard] = server.heard
    assert (heard["source"], heard["target"]) == ("vi", "ja")
    assert "Làm thẻ giả" in heard["q"]
    for secret in ("090", "5678", "IMMI_TOKYO", "ai_do", "bad.example", "tanuki_no_mori"):
        assert secret not in heard["q"]
    with desk.house.store.read() as tx:
        [event] = [each for each in audit.about(tx, f"case:{case.id}") if each.what == "case.translation"]
    assert event.actor == MODERATOR.login
    assert event.facts == {"characters": len(heard["q"]), "from": "vi", "to": "ja", "host": "127.0.0.1"}


def test_a_hostile_translation_has_no_power(desk: ConsoleDesk, server: LibreServer) -> None:
    server.says(HOSTILE + "長" * 9000)
    _, path = given(desk)
    shown = desk.visit().post(path).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    assert "⟨U+202E⟩{{ 7*7 }}" in shown
    assert shown.count("長") < 8100


def test_a_service_that_fails_is_told_in_a_sentence(desk: ConsoleDesk, server: LibreServer) -> None:
    _, path = given(desk)
    visitor = desk.visit()
    for server.status, server.raw, told in (
        (500, b"", "返答がありません"),
        (200, b"<html>", "返答がありません"),
        (400, b'{"error": "ne is not supported"}', "訳せませんでした"),
    ):
        answer = visitor.post(path)
        assert answer.status_code == 200
        assert told in answer.text


def test_it_is_for_those_who_decide_in_the_office_and_for_their_own_forms(
    desk: ConsoleDesk, server: LibreServer
) -> None:
    _, path = given(desk)
    for person in (AUDITOR, STAFF, ELSEWHERE):
        assert desk.visit(person).post(path).status_code == 403
    assert desk.visit().post(path, {"csrf": "x"}).status_code == 403
    assert server.heard == []
    assert desk.visit(REVIEWER).post(path).status_code == 200


def test_words_that_were_edited_wait_for_the_screening(desk: ConsoleDesk, server: LibreServer) -> None:
    case = desk.case(VIETNAMESE, account=FACEBOOK)
    desk.house.sandbox.people.edit(desk.reply_of(case).platform_id, "080-9999-8888")
    recheck(desk.parts, now=desk.house.now)
    assert desk.visit().post(f"/cases/{case.id}/translate").status_code == 403
    assert server.heard == []


def test_japanese_is_not_translated_for_its_readers(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    assert "/translate" not in desk.visit().get(f"/cases/{case.id}").text


def test_the_doctor_tells_whether_it_answers(desk: ConsoleDesk, server: LibreServer) -> None:
    def finding() -> check.Check:
        (desk.house.folder / "key").touch(mode=0o600)
        settings = replace(desk.app.settings, key_file=desk.house.folder / "key")
        found = check.check(desk.parts, settings, refused=None, now=desk.house.now, translator=desk.app.translator)
        return next(each for each in found if each.id == "translation")

    assert finding().state == "ok"
    server.status = 500
    assert finding().state == "warn"
    assert server.heard == []

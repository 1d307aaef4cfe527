"""Second factors: codes that work once, recovery codes, the password again before protection is taken away."""

from __future__ import annotations

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.people import Grant, Person, Role
from bot.store import audit, people
from bot.store import second_factor as kept
from bot.store.database import Store
from bot.usecases import consent, maintenance, second_factor
from bot.usecases import sign_in as gate
from bot.usecases.passwords import hash_password
from tests.house import WED_10_JST, House

PASSWORD = "a long sentence for tests"
HASHED = hash_password(PASSWORD)
ADDRESS = iter(f"198.51.100.{n}" for n in range(1, 255))
ADMIN = Person("kanri", grants=(Grant(Role.ADMIN),))


@pytest.fixture
def hana(house: House) -> Person:
    with house.store.begin() as tx:
        return people.add(tx, "hana", name="花", at=house.now, password=HASHED)


def enter(house: House, *, address: str = "") -> tuple[gate.SignedIn, int]:
    """Signed in, and the number of the session."""
    done = gate.sign_in(house.parts, "hana", PASSWORD, address=address or next(ADDRESS), agent="", now=house.now)
    with house.store.read() as tx:
        found = people.session(tx, hashlib.sha256(done.token.encode()).hexdigest(), now=house.now)
    assert found is not None
    return done, found.id


def enrolled(house: House, person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """The app's side of a confirmed secret, and the recovery codes."""
    _, session = enter(house)
    made = second_factor.start_totp(house.parts, by=person, now=house.now)
    app = pyotp.TOTP(made.secret)
    codes = second_factor.confirm_totp(house.parts, app.at(house.now), by=person, session=session, now=house.now)
    house.wait(seconds=60)
    return app, codes


def give(house: House, session: int, code: str) -> Person:
    return second_factor.pass_code(house.parts, session, code, address="192.0.2.1", now=house.now)


def test_a_secret_counts_only_after_a_code_proved_it(house: House, hana: Person) -> None:
    second_factor.start_totp(house.parts, by=hana, now=house.now)
    done, session = enter(house)
    assert not done.waits
    with pytest.raises(BadInput, match="does not fit"):
        second_factor.confirm_totp(house.parts, "000000", by=hana, session=session, now=house.now)
    assert not enter(house)[0].waits


def test_with_a_second_factor_the_password_alone_opens_nothing(house: House, hana: Person) -> None:
    app, _ = enrolled(house, hana)
    done, session = enter(house)
    assert done.waits
    assert give(house, session, app.at(house.now)).login == "hana"
    with house.store.read() as tx:
        found = people.session_by_id(tx, session)
    assert found is not None
    assert found.second_factor


@pytest.mark.parametrize("late", [-30, 0, 30])
def test_a_code_of_the_neighbouring_half_minute_is_taken_for_slow_clocks(house: House, hana: Person, late: int) -> None:
    app, _ = enrolled(house, hana)
    _, session = enter(house)
    assert give(house, session, app.at(house.now + timedelta(seconds=late)))


def test_a_code_works_once_and_older_ones_never_again(house: House, hana: Person) -> None:
    app, _ = enrolled(house, hana)
    now_code, old_code = app.at(house.now), app.at(house.now - timedelta(seconds=30))
    give(house, enter(house)[1], now_code)
    for code in (now_code, old_code):
        with pytest.raises(NotAllowed, match="used already"):
            give(house, enter(house)[1], code)


@pytest.mark.parametrize("code", ["", "12345", "１２３４５６", "abcdef", "0" * 5000, "' OR 1=1", "\ud800"])
def test_what_is_no_code_opens_nothing(sqlite_house: House, code: str) -> None:
    with sqlite_house.store.begin() as tx:
        person = people.add(tx, "hana", name="花", at=sqlite_house.now, password=HASHED)
    enrolled(sqlite_house, person)
    _, session = enter(sqlite_house)
    with pytest.raises(NotAllowed):
        give(sqlite_house, session, code)


def test_each_recovery_code_works_once(house: House, hana: Person) -> None:
    _, codes = enrolled(house, hana)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    give(house, enter(house)[1], codes[0].upper() + " ")
    with pytest.raises(NotAllowed):
        give(house, enter(house)[1], codes[0])
    give(house, enter(house)[1], codes[1])


def test_new_recovery_codes_need_the_password_and_end_the_old_ones(sqlite_house: House) -> None:
    with sqlite_house.store.begin() as tx:
        person = people.add(tx, "hana", name="花", at=sqlite_house.now, password=HASHED)
    _, old = enrolled(sqlite_house, person)
    with pytest.raises(NotAllowed, match="password"):
        second_factor.new_recovery_codes(sqlite_house.parts, by=person, password="guess", now=sqlite_house.now)
    new = second_factor.new_recovery_codes(sqlite_house.parts, by=person, password=PASSWORD, now=sqlite_house.now)
    with pytest.raises(NotAllowed):
        give(sqlite_house, enter(sqlite_house)[1], old[0])
    assert give(sqlite_house, enter(sqlite_house)[1], new[0])


def test_protection_is_taken_away_with_the_password_only(sqlite_house: House) -> None:
    with sqlite_house.store.begin() as tx:
        person = people.add(tx, "hana", name="花", at=sqlite_house.now, password=HASHED)
    enrolled(sqlite_house, person)
    with pytest.raises(NotAllowed):
        second_factor.remove_totp(sqlite_house.parts, by=person, password="guess", now=sqlite_house.now)
    assert enter(sqlite_house)[0].waits
    second_factor.remove_totp(sqlite_house.parts, by=person, password=PASSWORD, now=sqlite_house.now)
    assert not enter(sqlite_house)[0].waits


def test_ten_wrong_codes_close_the_door_even_for_the_right_one(sqlite_house: House) -> None:
    with sqlite_house.store.begin() as tx:
        person = people.add(tx, "hana", name="花", at=sqlite_house.now, password=HASHED)
    app, _ = enrolled(sqlite_house, person)
    _, session = enter(sqlite_house)
    for _ in range(10):
        with pytest.raises(NotAllowed, match="does not fit"):
            give(sqlite_house, session, "000000")
    with pytest.raises(NotAllowed, match="Too many"):
        give(sqlite_house, session, app.at(sqlite_house.now))


def test_the_secret_is_sealed_and_never_printed(store: Store) -> None:
    with store.begin() as tx:
        person = people.add(tx, "hana", name="花", at=WED_10_JST)
    secret = pyotp.random_base32()
    with store.begin() as tx:
        kept.propose_totp(tx, person.id, secret)
        kept.confirm_totp(tx, person.id, step=1)
    with store.read() as tx:
        assert kept.totp_secret(tx, person.id) == secret
        raw = tx.session.connection().exec_driver_sql("SELECT totp FROM staff").scalar()
    assert isinstance(raw, bytes | memoryview)
    assert secret.encode() not in bytes(raw)
    assert secret not in repr(second_factor.Enrolment(secret, f"otpauth://totp/x?secret={secret}"))


def test_an_end_of_session_is_ones_own_or_an_admins(house: House, hana: Person) -> None:
    with house.store.begin() as tx:
        admin = people.add(tx, "kanri", name="管理", at=house.now)
        people.grant(tx, "kanri", Role.ADMIN, by="test", at=house.now)
        other = people.add(tx, "taro", name="太郎", at=house.now)
    _, session = enter(house)
    with pytest.raises(NotAllowed, match="somebody else"):
        gate.end_session(house.parts, session, by=other, now=house.now)
    with pytest.raises(NotAllowed):
        gate.sessions_of_all(house.parts, by=hana, now=house.now)
    assert [login for login, _ in gate.sessions_of_all(house.parts, by=admin, now=house.now)] == ["hana"]
    gate.end_session(house.parts, session, by=admin, now=house.now)
    assert gate.sessions_of_all(house.parts, by=admin, now=house.now) == []
    with house.store.read() as tx:
        told = [(event.what, event.actor) for event in audit.latest(tx, limit=3)]
    assert ("session.ended", "kanri") in told
    assert ("session.read", "kanri") in told


def test_a_new_password_ends_the_other_sessions(house: House, hana: Person) -> None:
    _, here = enter(house)
    _, there = enter(house)
    gate.change_password(house.parts, by=hana, old=PASSWORD, new="quite another sentence", now=house.now, keep=here)
    with house.store.read() as tx:
        assert people.session_by_id(tx, here) is not None
        assert people.session_by_id(tx, there) is None


def test_terms_are_agreed_to_by_version_and_a_changed_text_asks_again(house: House, hana: Person) -> None:
    terms = consent.current()
    consent.agree(house.parts, terms.version, terms, locale="en", by=hana, now=house.now)
    with house.store.read() as tx:
        known = people.login_of(tx, "hana")
    assert known is not None
    assert known.consented == terms.version
    with pytest.raises(Conflict, match="changed"):
        consent.agree(house.parts, "0" * 16, terms, locale="en", by=hana, now=house.now)


def test_the_version_hangs_on_the_japanese_text_alone(tmp_path: Path) -> None:
    shipped = consent.current()
    for name in ("ja", "en", "easy"):
        shutil.copy(consent.SHIPPED / f"{name}.toml", tmp_path)
    (tmp_path / "en.toml").write_text((tmp_path / "en.toml").read_text().replace("viruses", "bugs"), encoding="utf-8")
    assert consent.current(tmp_path).version == shipped.version
    japanese = (tmp_path / "ja.toml").read_text(encoding="utf-8")
    (tmp_path / "ja.toml").write_text(japanese + "# a comment\n", encoding="utf-8")
    assert consent.current(tmp_path).version == shipped.version
    (tmp_path / "ja.toml").write_text(japanese.replace("ウイルス", "不正な命令"), encoding="utf-8")
    assert consent.current(tmp_path).version != shipped.version


@pytest.mark.parametrize("words", ["no toml = = at all", 'title = "x"', "title = 1\nlead = 2\nsection = 3"])
def test_terms_that_cannot_be_used_are_named(tmp_path: Path, words: str) -> None:
    (tmp_path / "ja.toml").write_text(words, encoding="utf-8")
    with pytest.raises(BadInput, match=r"ja\.toml"):
        consent.current(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        consent.current(tmp_path / "nowhere")


def test_each_language_has_all_sections_and_the_six_acts() -> None:
    shipped = consent.current()
    assert shipped.text("easy").title != shipped.text("ja").title
    assert {len(text.sections) for text in shipped.texts.values()} == {6}
    assert {len(text.sections[2].items) for text in shipped.texts.values()} == {6}, "six prohibited acts each"


def test_maintenance_refuses_writing_only_while_it_lasts(house: House) -> None:
    maintenance.announce(
        house.parts,
        starts_at=house.now + timedelta(hours=1),
        ends_at=house.now + timedelta(hours=2),
        note="点検",
        by=ADMIN,
        now=house.now,
    )
    maintenance.refuse_writing(house.parts, now=house.now)
    with pytest.raises(NotAllowed, match="Maintenance"):
        maintenance.refuse_writing(house.parts, now=house.now + timedelta(minutes=90))
    maintenance.refuse_writing(house.parts, now=house.now + timedelta(hours=2))


def test_maintenance_is_announced_and_ended_by_admins_of_all_offices(house: House, hana: Person) -> None:
    local = Person("sub", grants=(Grant(Role.ADMIN, "tokyo"),))
    for person in (hana, local):
        with pytest.raises(NotAllowed):
            maintenance.announce(house.parts, starts_at=None, ends_at=None, note="", by=person, now=house.now)
    made = maintenance.announce(house.parts, starts_at=None, ends_at=None, note="", by=ADMIN, now=house.now)
    with pytest.raises(NotAllowed):
        maintenance.end(house.parts, made.id, by=local, now=house.now)
    maintenance.end(house.parts, made.id, by=ADMIN, now=house.now)
    assert maintenance.coming(house.parts, now=house.now) == []

"""The service keeps the last good roster, and no change of anybody is lost, whoever saves first."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from bot.roster.edit import DropEntry, Edit, EditRefused, NewEntry
from bot.roster.keeper import Keeper, write_whole
from bot.roster.merge import Conflict
from bot.roster.problems import RosterError
from tests.roster.rosters import SMALL, bent, registry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.toml"
    file.write_bytes(SMALL.encode())
    return file


NOTE = Edit("account", "x-hq", ("notes",), "from the console")


def test_a_saved_file_is_in_force_at_the_next_look(path: Path) -> None:
    keeper = Keeper(path)
    path.write_text(bent('status = "active"', 'status = "paused"'), encoding="utf-8")
    seen = keeper.refresh()
    assert [each.sentence() for each in seen.changes] == ["Harbour Agency X account: status active → paused"]
    assert keeper.registry.account("x-hq").status == "paused"


def test_an_untouched_file_is_no_news_even_if_saved_again(path: Path) -> None:
    keeper = Keeper(path)
    path.write_bytes(SMALL.encode())
    assert not keeper.refresh().replaced


@pytest.mark.parametrize("bad", ["schema = ", "", bent('"sourced"', '"rumoured"'), "\x00"])
def test_a_bad_file_leaves_the_last_good_roster_in_force_and_says_why(path: Path, bad: str) -> None:
    keeper = Keeper(path)
    path.write_text(bad, encoding="utf-8")
    refused = keeper.refresh().refused
    assert refused is not None
    assert refused.lines()[0].startswith("accounts.toml:")
    assert keeper.refresh().refused is refused  # still refused, and not read again
    assert keeper.registry == registry()


def test_a_mended_file_is_taken_again(path: Path) -> None:
    keeper = Keeper(path)
    path.write_text("schema = ", encoding="utf-8")
    keeper.refresh()
    path.write_text(bent("# the end", "# mended"), encoding="utf-8")
    assert keeper.refresh().replaced
    assert keeper.refused is None


def test_a_file_that_vanishes_and_returns_does_no_harm(path: Path) -> None:
    keeper = Keeper(path)
    path.unlink()
    gone = keeper.refresh().refused
    assert gone is not None
    assert "cannot be read" in gone.lines()[0]
    path.write_bytes(SMALL.encode())
    assert keeper.refresh().refused is None
    assert keeper.registry == registry()


def test_the_first_roster_must_be_good(path: Path) -> None:
    path.write_text("schema = ", encoding="utf-8")
    with pytest.raises(RosterError):
        Keeper(path)


def test_a_draft_on_an_unchanged_file_is_written(path: Path) -> None:
    path.chmod(0o640)
    saved = Keeper(path).save([NOTE], base=SMALL)
    assert not saved.merged
    assert path.read_text(encoding="utf-8") == bent(
        'secret = "HARBOUR_HQ"\n', 'secret = "HARBOUR_HQ"\nnotes = "from the console"\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_a_draft_and_an_edit_elsewhere_are_merged(path: Path) -> None:
    keeper = Keeper(path)
    theirs = bent("# the agency on X", "# the agency on X, since 2015", bent('"Fukuoka"', '"Hakata"'))
    path.write_text(theirs, encoding="utf-8")
    saved = keeper.save([NOTE], base=SMALL)
    text = path.read_text(encoding="utf-8")
    assert saved.merged
    assert [each.sentence() for each in saved.changes] == ["Harbour Agency X account: notes none → from the console"]
    assert "since 2015" in text
    assert "Hakata" in text


def test_the_same_place_changed_twice_is_refused_and_nothing_is_lost(path: Path) -> None:
    keeper = Keeper(path)
    theirs = bent('parent = "hq"', 'parent = "hq"\nzone = "Asia/Seoul"')
    path.write_text(theirs, encoding="utf-8")
    with pytest.raises(Conflict, match="zone: was nothing, the file now says Asia/Seoul, the draft Asia/Tokyo"):
        keeper.save([Edit("office", "fukuoka", ("zone",), "Asia/Tokyo")], base=SMALL)
    assert path.read_text(encoding="utf-8") == theirs


def test_both_sides_making_the_same_change_is_no_conflict(path: Path) -> None:
    keeper = Keeper(path)
    theirs = bent('parent = "hq"', 'parent = "hq"\nzone = "Asia/Tokyo"')
    path.write_text(theirs, encoding="utf-8")
    keeper.save([Edit("office", "fukuoka", ("zone",), "Asia/Tokyo"), NOTE], base=SMALL)
    assert path.read_text(encoding="utf-8").count("zone") == 1


@pytest.mark.parametrize(
    ("theirs", "mine", "told"),
    [
        (SMALL[: SMALL.index('[[account]]\nid = "fb-')], Edit("account", "fb-fukuoka", ("notes",), "x"), "no such entry"),
        (bent("fukuoka.page", "fukuoka.pages"), DropEntry("account", "fb-fukuoka"), "not removed"),
        (
            SMALL + '[[account]]\nid = "x-new"\nplatform = "x"\nhandle = "N"\nurl = "https://x.com/N"\noffice = "hq"\nstatus = "planned"\n',
            NewEntry("account", {"id": "x-new", "handle": "M"}),
            "an entry of this name",
        ),
    ],
)  # fmt: skip
def test_conflicts_over_whole_entries_are_refused(
    path: Path, theirs: str, mine: Edit | DropEntry | NewEntry, told: str
) -> None:
    keeper = Keeper(path)
    path.write_text(theirs, encoding="utf-8")
    with pytest.raises(Conflict, match=told):
        keeper.save([mine], base=SMALL)
    assert path.read_text(encoding="utf-8") == theirs


def test_a_new_entry_and_a_further_change_of_it_are_one_draft(path: Path) -> None:
    new = {"id": "x-new", "platform": "x", "handle": "N", "url": "https://x.com/N", "office": "hq", "status": "planned"}
    path.write_text(bent("# the end", "# fin"), encoding="utf-8")
    saved = Keeper(path).save(
        [NewEntry("account", new, after="x-hq"), Edit("account", "x-new", ("notes",), "soon")], base=SMALL
    )
    assert saved.loaded.registry.account("x-new").notes == "soon"


def test_a_draft_that_would_break_the_roster_is_refused(path: Path) -> None:
    keeper = Keeper(path)
    with pytest.raises(RosterError, match="there is no office moon"):
        keeper.save([Edit("account", "x-hq", ("office",), "moon")], base=SMALL)
    with pytest.raises(EditRefused):
        keeper.save([Edit("account", "nobody", ("office",), "hq")], base=SMALL)
    assert path.read_bytes() == SMALL.encode()


def test_a_draft_on_a_broken_file_is_refused_and_the_file_left_to_its_editor(path: Path) -> None:
    keeper = Keeper(path)
    path.write_text("schema = ", encoding="utf-8")
    with pytest.raises(RosterError):
        keeper.save([NOTE], base=SMALL)
    assert path.read_text(encoding="utf-8") == "schema = "


def test_two_admins_saving_at_once_both_find_their_change(path: Path) -> None:
    drafts = [Edit("account", "x-hq", ("notes",), "one"), Edit("account", "x-fukuoka", ("notes",), "two")]
    threads = [threading.Thread(target=Keeper(path).save, args=([d],), kwargs={"base": SMALL}) for d in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = Keeper(path).registry
    assert [after.account(name).notes for name in ("x-hq", "x-fukuoka")] == ["one", "two"]


def test_a_reader_never_sees_half_a_file(path: Path) -> None:
    texts = {SMALL.encode(), SMALL.encode() + b"# more\n" * 2_000}
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            for text in texts:
                write_whole(path, text)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    seen = {path.read_bytes() for _ in range(300)}
    stop.set()
    writer.join()
    assert seen <= texts


def test_a_linked_roster_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    Keeper(link).save([NOTE], base=SMALL)
    assert link.is_symlink()
    assert "from the console" in path.read_text(encoding="utf-8")

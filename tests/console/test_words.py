"""The catalogues: the same keys and places in three languages, and no words outside them."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, Final

import pytest
from markupsafe import Markup

import bot
from bot.console.words import LOCALES, words_for
from bot.domain import errors
from bot.domain.cases import DriftKind
from bot.domain.people import Role
from bot.domain.posts import Hold, PostState
from bot.schedule import JOBS
from bot.usecases.decide import WHY_NOT
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.ladder import Step

CONSOLE: Final = Path(bot.__file__).parent / "console"
CATALOGUES: Final = sorted(CONSOLE.glob("words/*.ja.toml"))
TEMPLATES: Final = sorted(CONSOLE.glob("templates/**/*.html"))
MODULES: Final = sorted(CONSOLE.glob("**/*.py"))
MACHINES: Final = {
    "console/pages/api.py",
    "console/server.py",
    "store/backup.py",
    "store/database.py",
    "usecases/collect_push.py",
    "usecases/interface.py",
    "usecases/linting.py",
    "usecases/price_table.py",
    "usecases/verify_audit.py",
}
"""What these refuse is read in a shell, by a program or by a platform: it stays English."""
RAISING: Final = [
    path
    for room in ("console", "domain", "roster", "store", "usecases")
    for path in sorted((CONSOLE.parent / room).rglob("*.py"))
    if path.relative_to(CONSOLE.parent).as_posix() not in MACHINES
]
_USED: Final = re.compile(
    r"""(?:\bt|\bwords|\bt\.plain|\bwords\.plain)\(\s*"([a-z0-9-]+\.[A-Za-z0-9.-]+)"\s*[,)]|"(nav\.[a-z-]+)\""""
)
_MARKUP: Final = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|[a-z-]+=\"[^\"]*\"|<!.*?>|<[^>]*>|&[a-z]+;", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"\b(?:alt|title|placeholder|aria-label|label)=\"([^\"{]*[^\W\d_][^\"{]*)\"")


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _read(path: Path) -> dict[str, str]:
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
@pytest.mark.parametrize("locale", ["en", "easy"])
def test_every_sentence_exists_in_every_language_with_the_same_places(path: Path, locale: str) -> None:
    ours, theirs = _read(path), _read(path.with_name(path.name.replace(".ja.", f".{locale}.")))
    assert sorted(theirs) == sorted(ours)
    assert {key: _places(theirs[key]) for key in ours} == {key: _places(text) for key, text in ours.items()}
    assert [key for key, text in theirs.items() if not text.strip()] == []


@pytest.mark.parametrize("locale", list(LOCALES))
def test_no_key_stands_in_two_files(locale: str) -> None:
    keys = Counter(key for path in CONSOLE.glob(f"words/*.{locale}.toml") for key in _read(path))
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("path", [*TEMPLATES, *MODULES], ids=lambda path: path.name)
def test_every_key_that_a_page_names_exists(path: Path) -> None:
    known = words_for("ja").table
    named = {a or b for a, b in _USED.findall(path.read_text(encoding="utf-8"))}
    assert sorted(key for key in named if key not in known) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = _MARKUP.sub(" ", text)
    allowed = {"広"}  # the mark in the header
    assert [word for word in re.findall(r"[^\W\d_]+", shown) if word not in allowed] == []
    assert _ATTRIBUTE.findall(text) == []


def test_codes_of_the_house_have_words() -> None:
    keys = [f"post-state.{state}" for state in PostState]
    keys += [f"case-state.{state}" for state in CaseState]
    keys += [f"hold.{hold}" for hold in Hold] + [f"role.{role}" for role in Role]
    keys += [f"category.{category.value}" for category in Category] + [f"step.{step.word}" for step in Step]
    keys += [f"lane.{lane}" for lane in range(4)] + [f"job.{job.id}" for job in JOBS]
    keys += [f"event.case-{move}" for move in Move] + [f"failed.{kind}" for kind in errors.Kind]
    assert [key for key in keys if not words_for("ja").has(key)] == []


def test_everything_that_the_doctor_looks_at_has_a_name_and_a_remedy() -> None:
    looked = "".join(path.read_text(encoding="utf-8") for path in CONSOLE.parent.glob("usecases/check*.py"))
    ids = {"posts-held", "posts-unknown", *re.findall(r'\bCheck\(\s*"([a-z-]+)"', looked)}
    known = {key.partition(".")[2] for key in words_for("ja").table if key.startswith("check.")}
    assert known == ids | {"other"}
    assert [each for each in known if not words_for("ja").has(f"check-do.{each}")] == []


def test_every_reason_that_is_weighed_is_told_in_words() -> None:
    weighed = json.loads((CONSOLE.parent.parent / "moderation/policy/fusion.json").read_text(encoding="utf-8"))
    codes = {name.split()[2].replace("-", ".") for name in weighed["features"] if name.startswith("finding ")}
    assert codes
    assert [code for code in codes if words_for("ja").nearest("reason", code) == code] == []


def _refusals(path: Path) -> Iterator[tuple[ast.Call, ast.Call | None]]:
    """Every error that a module makes out of ``bot.domain.errors``, with the ``.worded(…)`` behind it, if any."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == errors.__name__]
    ours = {each.asname or each.name: getattr(errors, each.name) for node in froms for each in node.names}
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    worded = {id(call.func.value): call for call in calls if isinstance(call.func, ast.Attribute)}
    for call in calls:
        made = ours.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if made is not None and not getattr(made, "word", ""):  # calls to a platform say theirs by their kind
            yield call, worded.get(id(call))


def _has_words(call: ast.Call, worded: ast.Call | None) -> bool:
    """Whether the catalogues hold the sentence, and the error brings exactly what fills it."""
    known = words_for("ja").table
    match call, worded:
        case ast.Call(func=ast.Name("missing" | "overtaken"), args=[ast.Constant(value=str(what)), _]), None:
            return f"subject.{what}" in known
        case _, ast.Call(args=[ast.Constant(value=str(key))], keywords=facts):
            return key in known and _places(known[key]) == {each.arg for each in facts}
    return worded is not None  # with a key that is put together


def test_every_refusal_that_a_page_may_show_has_words() -> None:
    bad = [
        f"{path.name}:{call.lineno}: {ast.unparse(call)}"
        for path in RAISING
        for call, worded in _refusals(path)
        if not _has_words(call, worded)
    ]
    assert bad == []


def test_every_end_of_a_call_and_every_refused_move_has_words() -> None:
    kinds = [each.word for each in errors.PlatformError.__subclasses__()]
    keys = [*kinds, *(f"why-not.{refusal}" for refusal in WHY_NOT)]
    assert kinds
    assert [key for key in keys if not words_for("ja").has(key)] == []


def test_readings_become_ruby_in_easy_japanese_only() -> None:
    easy = words_for("easy")
    assert easy("shell.stop") == Markup(
        "<ruby>投稿<rp>(</rp><rt>とうこう</rt><rp>)</rp></ruby>を <ruby>止<rp>(</rp><rt>と</rt><rp>)</rp></ruby>める"
    )
    assert easy.plain("shell.stop") == "投稿を 止める"
    assert words_for("ja")("shell.stop") == Markup("投稿を止める")


@pytest.mark.parametrize("locale", list(LOCALES))
def test_what_fills_a_sentence_is_escaped_and_never_becomes_ruby(locale: str) -> None:
    hostile = "<img src=x onerror=alert(1)>漢字(かんじ){0}"
    said = words_for(locale)("shell.stopped", what=hostile)
    assert "&lt;img src=x onerror=alert(1)&gt;漢字(かんじ){0}" in said
    assert "<img" not in said


def test_a_dotted_code_falls_back_to_its_beginning() -> None:
    words = words_for("en")
    assert words.nearest("notice", "post.held.late") == "A post is held"
    assert words.nearest("notice", "post.something-new") == "About a post"
    assert words.nearest("notice", "weather.storm") == "Notice"


def test_an_unknown_language_reads_japanese() -> None:
    assert words_for("xx").locale == "ja"
    assert words_for("easy").lang == "ja"


def test_a_key_that_nobody_wrote_shows_itself() -> None:
    assert words_for("en")("no.such-key") == "no.such-key"


def told() -> set[str]:
    """Every kind of notice that the program names where it tells people; of a computed one, what it begins with."""
    calls = [
        node.args[2]
        for path in CONSOLE.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "service.tell"
    ]
    whole = {each.value for each in calls if isinstance(each, ast.Constant)}
    begun = {ast.unparse(each)[2:].partition("{")[0].rstrip(".") for each in calls if isinstance(each, ast.JoinedStr)}
    return {str(each) for each in whole | begun}


def test_every_notice_has_words_of_its_own() -> None:
    kinds = told() | {f"drift.{each.value}" for each in DriftKind} | {"appeal.upheld", "appeal.reversed"}
    kinds |= {"policy.braked", "policy.taken-back", "account.revoked", "account.profile-changed", "budget.low"}
    assert "command.failed" in kinds
    for locale in LOCALES:
        words = words_for(locale)
        assert [each for each in sorted(kinds) if not words.has(f"notice.{each.replace('.', '-')}")] == []

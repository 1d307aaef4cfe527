"""One case: what was said, the evidence in it, what each step does; moves, views, objections, proof by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from fastapi.responses import Response
from markupsafe import Markup

from bot.console import moderating as desk
from bot.console import rounds
from bot.console.diff import Pieces, marks
from bot.console.guard import Here, Number, Room
from bot.console.marks import NEW, marked
from bot.console.moderating import DANGER, DESK, HANDS, KEYS, WITH_GROUNDS, WITH_REASON
from bot.console.pages.cases import wanted_of
from bot.console.show import page, safe_words, sentence
from bot.console.visit import Visit
from bot.domain.errors import BadInput, KouhouError
from bot.domain.judging import Channel
from bot.domain.people import Role
from bot.usecases import appeals, carry_out, case_view, decide, drift, onward
from bot.usecases import translate as translation
from bot.usecases.case_view import CaseView
from bot.usecases.decide import Grounds
from bot.usecases.translate import Translation
from bot.usecases.try_again import try_again
from moderation.cases import LIFE, PROPOSED_STEP, CaseState, Move
from moderation.categories import Category
from moderation.gloss import known_words
from moderation.ladder import Step
from moderation.language import Language
from moderation.model import Finding

room = Room()
Quote = tuple[str, list[tuple[str, str]]]
"""Words of the author, and the known ones among them with their meanings."""
Place = tuple[Markup, str, list[Quote]]
"""Why it was found, in which of the author's strings, and where."""
_ELSEWHERE: Final = frozenset({Move.APPEAL, Move.UPHOLD, Move.REVERSE, Move.CONFIRM_READING})
"""Moves with a form of their own: they take more than a reason."""
_UNSAID: Final = (None, "no-such-step", "no-right", "read-already")
"""What would tell nobody anything under "why not"."""
_TYPED: Final = ("category", "reason", "why_not_less", "note")
MOST_SHOWN: Final = 8000
"""Characters of the reply on its own page: more than screening reads, so no evidence is cut off."""
PLACES: Final = 12
"""Places told for one category; all of them are marked in the text."""
GLOSSED: Final = 5
"""Words explained beside one place; the list below the reply has the others."""
MENTIONS: Final = re.compile(r"(@\w+\s+)+")
"""Put before every reply by the platform; it says nothing."""
SHORT: Final = 60
"""A longer text is not marked from end to end: what says nothing about a place is told beside it."""


@room.page("/cases/{number}", DESK)
def case_page(visit: Here, number: Number) -> Response:
    return _case_page(visit, number)


@room.form("/cases/{number}/look", HANDS)
def look(visit: Here, number: Number) -> Response:
    """The second person's own view, put down before the proposal is shown."""
    opinion = desk.opinion_of(visit)
    decide.look(visit.parts, number, opinion, by=visit.by, now=visit.now)
    return rounds.stay(visit, number, "case-looked")


@room.form("/cases/{number}/confirm-reading", HANDS)
def confirm_reading(visit: Here, number: Number) -> Response:
    """Who read the words for a second person who cannot; it approves nothing yet."""
    grounds = Grounds(reason=visit.form.get("reader", ""))
    version = desk.whole_number(visit.form.get("version", ""), "version")
    decide.decide(
        visit.parts, number, Move.CONFIRM_READING, by=visit.by, now=visit.now, grounds=grounds, version=version
    )
    return rounds.stay(visit, number, "case-confirm-reading")


@room.form("/cases/{number}/appeal", HANDS)
def appeal(visit: Here, number: Number) -> Response:
    """An objection as it came in, by letter or from the contact page."""
    form = visit.form
    try:
        channel = Channel(form.get("channel", ""))
    except ValueError:
        raise BadInput("Choose how the objection came in.", key="channel").worded("problem.channel") from None
    words, language = form.get("words", ""), form.get("language", "")
    appeals.record(visit.parts, number, channel=channel, words=words, language=language, by=visit.by, now=visit.now)
    return rounds.stay(visit, number, "case-appeal")


@room.form("/cases/{number}/judge", HANDS)
def judge(visit: Here, number: Number) -> Response:
    """Another person upholds or reverses; nothing is judged without a choice."""
    form = visit.form
    if form.get("outcome") not in ("reverse", "uphold"):
        raise BadInput("Choose whether the decision stands.", key="outcome").worded("problem.outcome")
    reverse, reason = form["outcome"] == "reverse", desk.reason_of(visit)
    answer = form.get("answer", "")
    try:
        appeals.judge(visit.parts, number, reverse=reverse, reason=reason, answer=answer, by=visit.by, now=visit.now)
    except BadInput as exc:
        return _case_page(visit, number, problem=sentence(visit, exc), typed=form, status=422)
    return rounds.go_on(visit, number, wanted_of(visit))


@room.form("/cases/{number}/confirm/{command}", HANDS)
def confirm(visit: Here, number: Number, command: Number) -> Response:
    """Says that it was done in the app; the block list is read to prove it."""
    done = carry_out.confirm_by_hand(visit.parts, command, by=visit.by, now=visit.now)
    return rounds.stay(visit, done.case, f"command-{done.state.value}")


@room.form("/cases/{number}/again/{command}", HANDS)
def again(visit: Here, number: Number, command: Number) -> Response:
    """What the platform refused is ordered once more."""
    ordered = try_again(visit.parts, command, by=visit.by, now=visit.now)
    return rounds.stay(visit, ordered.case, "act-again")


@room.form("/cases/{number}/drift/{drift_id}", HANDS)
def settle_drift(visit: Here, number: Number, drift_id: Number) -> Response:
    """A difference between decision and platform was looked at; or the hiding is ordered again."""
    if visit.form.get("do") == "hide":
        drift.hide_again(visit.parts, drift_id, by=visit.by, now=visit.now)
    else:
        drift.settle(visit.parts, drift_id, by=visit.by, now=visit.now)
    return rounds.stay(visit, number, "drift-settled")


@room.form("/cases/{number}/translate", HANDS)
def translate(visit: Here, number: Number) -> Response:
    """By machine, for this person and this once: nothing is kept, so a reload asks again."""
    done = translation.translate(
        visit.parts, visit.app.translator, number, to=visit.words.lang, by=visit.by, now=visit.now
    )
    return _case_page(visit, number, translated=done)


@room.form("/cases/{number}/{move}", HANDS)
def make_move(visit: Here, number: Number, move: str) -> Response:
    """One move, then the next case. What is wrong is told on the case page, and what was typed stays."""
    if move not in set(Move) or Move(move) in _ELSEWHERE:
        raise BadInput("There is no such step.").worded("why-not.no-such-step")
    form = visit.form
    grounds = Grounds(desk.category_of(form.get("category", "")), desk.reason_of(visit), form.get("why_not_less", ""))
    version = desk.whole_number(form.get("version", ""), "version")
    try:
        decide.decide(visit.parts, number, Move(move), by=visit.by, now=visit.now, grounds=grounds, version=version)
    except KouhouError as exc:
        return _case_page(visit, number, problem=sentence(visit, exc), typed=form, tried=Move(move), status=422)
    if Move(move) in rounds.STAYS:
        return rounds.stay(visit, number, f"case-{move}")
    return rounds.go_on(visit, number, wanted_of(visit))


def _case_page(
    visit: Visit,
    number: int,
    *,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
    tried: Move | None = None,
    status: int = 200,
    translated: Translation | None = None,
) -> Response:
    reader = replace(visit.by, locale=visit.words.lang)
    view = case_view.show(visit.parts, number, by=reader, now=visit.now)
    kept = {name: (typed or {}).get(name, "") for name in _TYPED}
    moves = [move for move in view.allowed if move not in _ELSEWHERE]
    just = rounds.just_done(visit)
    life = Move.DISMISS in moves and any(each.kind in LIFE for each in view.verdict.signals)
    return page(
        visit,
        "cases/case.html",
        status,
        view=view,
        text=_evidence(view),
        ours=_differences(view)[0],
        handle=_evidence(view, "handle"),
        name=_evidence(view, "name"),
        evidence=_by_category(visit, view),
        glossary=desk.meanings(visit, view.reply.text or "", view.known),
        translator=_translator(visit, view),
        translated=translated,
        most_shown=MOST_SHOWN,
        problem=problem,
        typed=kept | {"category": kept["category"] or _top(view)},
        unsent=kept if typed and not set(moves) & {*WITH_GROUNDS, *WITH_REASON} else {},
        moves=moves,
        refusals=[(move, why) for move, why in view.moves.items() if why not in _UNSAID],
        tried=tried,
        found={int(each) for each in view.verdict.labels},
        proposal=next((each for each in reversed(view.decisions) if each.move in PROPOSED_STEP), None)
        if view.case.state is CaseState.PROPOSED and not view.concealed
        else None,
        reasoned=life or bool(set(moves) & {*WITH_GROUNDS, *WITH_REASON}),
        life=life,
        lower=_lower(view),
        danger=DANGER,
        keys=_keys(just),
        notes=desk.notes(visit),
        channels=desk.coded(visit, "channel", [each.value for each in Channel]),
        steps=desk.steps(visit),
        languages=desk.coded(visit, "language", desk.LANGUAGES),
        notices=_notices(visit, view),
        may_repeat=visit.has(Role.MODERATOR),
        may_erase=visit.has(Role.REVIEWER, Role.ADMIN),
        around=_around(visit, view),
        trail=rounds.trail(visit),
        just=just,
    )


def _keys(just: onward.JustDone | None) -> dict[Move, str]:
    """Each key goes to one button: the banner's undo comes before the case's own."""
    return {move: key for move, key in KEYS.items() if not (just and just.back and move is Move.UNDO)}


def _top(view: CaseView) -> str:
    """The category that the form begins with: what the proposal rests on, else what was found."""
    told = [each.category for each in view.decisions if each.category]
    labels = [*reversed(told), *view.verdict.labels]
    return str(int(labels[0])) if labels else ""


def _evidence(view: CaseView, where: str = "text") -> Markup:
    """One of the author's strings with every span marked by its category; nothing is marked in a later wording."""
    source = _source(view, where)
    if source is None:
        return safe_words(None)
    spans = [(f.start, f.end, str(int(f.category))) for f in view.verdict.findings if f.where == where]
    spans += [(s.start, s.end, "!") for s in view.verdict.signals if s.where == where and s.end > s.start]
    partly = [each for each in spans if len(source) < SHORT or each[:2] != (0, len(source))]
    new = [(start, end, NEW) for start, end in _put_in(view)] if where == "text" else []
    return marked(source, (partly if _judged(view, where) else []) + new, MOST_SHOWN)


def _differences(view: CaseView) -> tuple[Pieces, Pieces]:
    """Our post and the reply with what differs, when the reply is an altered copy of it."""
    if not (view.changed and view.answered):
        return [], []
    return marks(view.answered.text, view.reply.text or "")


def _put_in(view: CaseView) -> Iterator[tuple[int, int]]:
    """Where the reply has what our post has not."""
    at = 0
    for text, other in _differences(view)[1]:
        if other and not MENTIONS.fullmatch(text):
            yield at, at + len(text)
        at += len(text)


def _quoted(view: CaseView, where: str, start: int, end: int) -> str:
    """The words that a finding is about."""
    source = _source(view, where) or ""
    return source[start:end] if _judged(view, where) and (start, end) != (0, len(source)) else ""


def _by_category(visit: Visit, view: CaseView) -> list[tuple[Category, float, list[Place]]]:
    """Each category with its highest score and what was found, the strongest first."""
    found: dict[Category, list[Finding]] = {}
    for each in sorted(view.verdict.findings, key=lambda each: -each.score):
        found.setdefault(each.category, []).append(each)
    return [(category, all_of[0].score, _places(visit, view, all_of[:PLACES])) for category, all_of in found.items()]


def _places(visit: Visit, view: CaseView, findings: Sequence[Finding]) -> list[Place]:
    """What is said of several places is said once, with the words that it is about and what these mean."""
    alike: dict[tuple[Markup, str], list[Quote]] = {}
    for each in findings:
        why = visit.words.nearest("reason", each.reason.replace("-", "."))
        quoted = _quoted(view, each.where, each.start, each.end)
        known = known_words(quoted, _language(view), most=GLOSSED)
        alike.setdefault((why, each.where), []).append((quoted, desk.meanings(visit, quoted, known, signs=True)))
    return [(why, where, quotes) for (why, where), quotes in alike.items()]


def _language(view: CaseView) -> str:
    return Language(view.verdict.language, view.verdict.language_doubt).told


def _translator(visit: Visit, view: CaseView) -> str:
    """Who would translate the reply; empty where nobody was set up, or where there is nothing to translate for them."""
    foreign = view.reply.text and _language(view) != visit.words.lang
    hands = visit.has(Role.MODERATOR, Role.REVIEWER)
    return visit.app.translator.host if visit.app.translator and foreign and hands else ""


def _source(view: CaseView, where: str) -> str | None:
    return {"text": view.reply.text, "handle": view.reply.author.handle, "name": view.reply.author.name}.get(where)


def _judged(view: CaseView, where: str) -> bool:
    return where != "text" or any(each.judged and each.text == view.reply.text for each in view.wordings)


def _lower(view: CaseView) -> list[str]:
    """Lower rungs that this account could take: why were they not enough? Empty when nothing above them is offered."""
    steps = {Move.PROPOSE_DELETE: Step.DELETE, Move.PROPOSE_BLOCK: Step.BLOCK, Move.DELETE_NOW: Step.DELETE}
    offered = [step for move, step in steps.items() if move in view.allowed]
    rungs = dict.fromkeys(low for step in offered for low in step.lower if view.means.get(low, "none") != "none")
    return [low.word for low in rungs]


def _notices(visit: Visit, view: CaseView) -> dict[int, Mapping[str, str]]:
    """What the office may tell, for every objection on the case."""
    return {each.id: appeals.notice(visit.parts, view.case.id, each.id) for each in view.appeals}


def _around(visit: Visit, view: CaseView) -> onward.Around:
    """The cases before and behind this one in the queue that the person came from."""
    with visit.parts.store.read() as tx:
        return onward.around(visit.parts, tx, view.case, wanted_of(visit), by=visit.by, now=visit.now)

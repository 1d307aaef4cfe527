"""Everything the case page shows, gathered once: the reply as published, what surrounds it, evidence, what may be done.

The second person sees the evidence before the proposer's opinion: until they put down their own view, what is proposed,
under which category and why is left out of what is gathered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.accounts import Account, Office, Platform
from bot.domain.cases import ON_AUTHOR, Case, Command, CommandState, Decision, Drift, KeptReply, KeptVerdict
from bot.domain.judging import Appeal, Judgement, LegalHold
from bot.domain.people import Person, Role
from bot.store import cases, commands, judging, policies, posts, replies
from bot.store.database import Tx
from bot.usecases import decide, exposure
from bot.usecases.exposure import Exposure
from bot.usecases.parts import Parts
from bot.usecases.policy_words import clause_words
from moderation.cases import PROPOSED_STEP, UNKNOWN, CaseState, Move
from moderation.categories import Category
from moderation.gloss import KnownWord, known_words
from moderation.ladder import Step
from moderation.language import Language
from moderation.model import Finding

MOST_THREAD: Final = 30
MOST_HISTORY: Final = 20


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of the reply's words; ``text`` is None once erased. ``judged``: the verdict is about this one."""

    number: int
    text: str | None
    seen_at: datetime | None
    judged: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """Our post that the reply stands under; ``post`` is its number here, None when it was made past this service."""

    text: str
    post: int | None
    permalink: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier reply of the same author to any of our accounts, with its case if it had one."""

    reply: KeptReply
    case: Case | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One place where the reply differs from our post; ``start``/``end`` are code points of the reply."""

    kind: str
    was: str
    now: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LookAlike:
    """The author beside the real account that they are taken for; ``by`` is ``handle`` or ``name``."""

    handle: str
    name: str
    real: Account
    real_names: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a moderator does in the app: open ``profile``, ``verb`` there, then confirm; the block list proves it."""

    command: Command
    profile: str
    app_account: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case page. ``moves`` tells for every move None (allowed) or the code of why not.

    ``known``: words of the reply as it stands now with their glosses, whoever reads them.
    ``concealed`` is True while the proposer's opinion is kept from this person: ``case.proposed`` is empty then and
    the proposal is not among the ``decisions``. ``reads``: they read the reply's language, or nobody can say which it is.
    """

    case: Case
    account: Account
    office: Office
    reply: KeptReply
    permalink: str
    wordings: tuple[Wording, ...]
    answered: Answered | None
    thread: tuple[KeptReply, ...]
    history: tuple[Past, ...]
    verdict: KeptVerdict
    clauses: Mapping[Category, str]
    clauses_exact: bool
    changed: tuple[Changed, ...]
    look_alike: LookAlike | None
    moves: Mapping[Move, str | None]
    means: Mapping[Step, str]
    concealed: bool
    decisions: tuple[Decision, ...]
    views: tuple[Judgement, ...]
    commands: tuple[Command, ...]
    by_hand: tuple[ByHand, ...]
    drifts: tuple[Drift, ...]
    appeals: tuple[Appeal, ...]
    holds: tuple[LegalHold, ...]
    known: tuple[KnownWord, ...]
    group: int
    harsh: bool
    reads: bool
    exposure: Exposure

    @property
    def allowed(self) -> tuple[Move, ...]:
        """The buttons, in the order of the moves."""
        return tuple(move for move, why in self.moves.items() if why is None)


def show(parts: Parts, case_id: int, *, by: Person, now: datetime) -> CaseView:
    """The view for somebody who opens the page: the read is logged. NotAllowed for other offices."""
    with parts.store.begin() as tx:
        case = cases.get(tx, case_id)
        exposure.may_read(parts, case, by, now)
        exposure.note_read(tx, case, replies.verdict(tx, case.verdict), by, now=now)
        return case_view(parts, tx, case_id, by=by, now=now)


def case_view(parts: Parts, tx: Tx, case_id: int, *, by: Person, now: datetime) -> CaseView:
    """The view itself, read only. NotAllowed for other offices; NotFound for an unknown case."""
    case = decide.lapse(cases.get(tx, case_id), now)
    exposure.may_read(parts, case, by, now)
    account, reply = parts.account(case.account), replies.get(tx, case.reply)
    verdict = replies.verdict(tx, case.verdict)
    hidden = concealed(tx, case, by)
    words, exact = clause_words(policies.by_version(tx, case.policy), by.locale)
    second = judging.newest_second(tx, case_id)
    told = tuple(commands.of_case(tx, case_id))
    return CaseView(
        case=replace(case, proposed=Step.NONE) if hidden else case,
        account=account,
        office=parts.office(account),
        reply=reply,
        permalink=permalink(account, reply),
        wordings=_wordings(tx, reply, verdict),
        answered=_answered(tx, account, reply),
        thread=tuple(replies.thread(tx, reply, limit=MOST_THREAD)),
        history=_history(tx, reply),
        verdict=verdict,
        clauses=words,
        clauses_exact=exact,
        changed=tuple(_changed(verdict.findings)),
        look_alike=_look_alike(parts, reply, verdict),
        moves=decide.refusals(parts, tx, case, by=by, now=now),
        means=decide.means_of(account, reply),
        concealed=hidden,
        decisions=_decisions(tx, case, hidden=hidden),
        views=() if hidden or second is None else tuple(judging.judgements(tx, [second.id])),
        commands=told,
        by_hand=tuple(_by_hand(account, reply, told)),
        drifts=tuple(commands.drifts(tx, case_id)),
        appeals=tuple(judging.appeals_of(tx, case_id)),
        holds=tuple(judging.holds_of(tx, case.reply, now=now)),
        known=tuple(known_words(reply.text or "", Language(verdict.language, verdict.language_doubt).told)),
        group=cases.count(tx, cases.Wanted(group_key=case.group_key), most=10_000) if case.group_key else 1,
        harsh=exposure.is_harsh(case, verdict),
        reads=case.language in (*by.reads, UNKNOWN),
        exposure=exposure.of_person(tx, by, now=now),
    )


def concealed(tx: Tx, case: Case, by: Person) -> bool:
    """Whether the proposal is kept from this person: from all who could still be its second person."""
    if case.state is not CaseState.PROPOSED or by.login == case.proposer:
        return False
    decides = any(grant.role in (Role.MODERATOR, Role.REVIEWER) for grant in by.grants)
    return decides and not decide.has_looked(tx, case, by)


def permalink(account: Account, reply: KeptReply) -> str:
    """Where the reply stands on its platform."""
    if reply.platform == "x":
        return f"https://x.com/{reply.author.handle or 'i'}/status/{reply.platform_id}"
    return f"https://www.facebook.com/{reply.platform_id}"


def _wordings(tx: Tx, reply: KeptReply, verdict: KeptVerdict) -> tuple[Wording, ...]:
    """Every version, the earliest first; the last one is what stands there now."""
    earlier = [Wording(n, text, at, n == verdict.reply_version) for n, text, at in replies.versions(tx, reply.id)]
    now = Wording(reply.version, reply.text, reply.edited_at, reply.version == verdict.reply_version)
    return (*earlier, now)


def _answered(tx: Tx, account: Account, reply: KeptReply) -> Answered | None:
    for platform_id in dict.fromkeys((reply.conversation_id, reply.parent_id)):
        post = posts.by_platform_id(tx, account.id, platform_id) if platform_id else None
        if post is not None:
            text = posts.published_text(tx, post.id) or post.revision.content.text
            return Answered(text, post.id, post.permalink or "", post.published_at)
    return None


def _history(tx: Tx, reply: KeptReply) -> tuple[Past, ...]:
    earlier = replies.by_author(tx, reply, limit=MOST_HISTORY)
    about = cases.of_replies(tx, [each.id for each in earlier])
    return tuple(Past(each, about.get(each.id)) for each in earlier)


def _changed(findings: Sequence[Finding]) -> list[Changed]:
    return [
        Changed(each.detail.get("kind", ""), each.detail["was"], each.detail.get("now", ""), each.start, each.end)
        for each in findings
        if each.category is Category.ALTERED_POST and "was" in each.detail
    ]


def _look_alike(parts: Parts, reply: KeptReply, verdict: KeptVerdict) -> LookAlike | None:
    """The real account that the verdict says is imitated, by handle or by name."""
    registry = parts.registry()
    found = [each for each in verdict.findings if each.category is Category.IMPERSONATION]
    for finding in found:
        real = registry.by_handle(finding.detail.get("like", "")) if finding.detail.get("like") else None
        if real is not None:
            names = registry.office_of(real).names.all()
            return LookAlike(reply.author.handle, reply.author.name, real, tuple(names), "handle")
    if not any(each.where == "name" for each in found):
        return None
    for account in registry.accounts:
        names = tuple(dict.fromkeys((*registry.office_of(account).names.all(), *account.label.all())))
        if any(name and name in reply.author.name for name in names):
            return LookAlike(reply.author.handle, reply.author.name, account, names, "name")
    return None


def _decisions(tx: Tx, case: Case, *, hidden: bool) -> tuple[Decision, ...]:
    made = cases.decisions(tx, case.id)
    if not hidden:
        return tuple(made)
    last = max((n for n, each in enumerate(made) if each.move in PROPOSED_STEP), default=len(made))
    return (*made[:last], *made[last + 1 :])


def _by_hand(account: Account, reply: KeptReply, told: Sequence[Command]) -> list[ByHand]:
    """What waits for a person's hands; an overtaken command waits for nobody."""
    waiting = (CommandState.BY_HAND, CommandState.UNPROVED)
    return [
        ByHand(each, _profile(account, reply, each), account.handle)
        for each in told
        if each.state in waiting and each.verb in ON_AUTHOR
    ]


def _profile(account: Account, reply: KeptReply, command: Command) -> str:
    """The author's page by the number in the command, for erased words name nobody; by handle while it is known."""
    if account.platform is Platform.FACEBOOK:
        return f"https://www.facebook.com/{command.target}"
    return f"https://x.com/{reply.author.handle or f'i/user/{command.target}'}"

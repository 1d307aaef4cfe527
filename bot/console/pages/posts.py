"""The queue and a post's own page: what it says, who agreed, what was tried, what can be done now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from fastapi.responses import Response, StreamingResponse

from bot.console import desk as shared
from bot.console.guard import Here, Number, Room
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import BadInput, KouhouError
from bot.domain.people import Role
from bot.domain.posts import Lane, Post, PostState
from bot.domain.rendering import render
from bot.store import attempts, audit, desk, people, posts, queue
from bot.usecases import approve, compose, exporting, preflight, reconcile, steps, withdraw
from bot.usecases.steps import Step

room = Room()
PER_PAGE: Final = 50
WORDS_SOUGHT_FOR: Final = timedelta(days=180)
"""How far back words are sought when no first day is given: every text has to be looked at."""


shared.enter("/posts", "staff.queue", "staff|approver|admin|auditor")


@room.page("/posts", shared.READERS)
def queue_page(visit: Here) -> Response:
    number = max(1, visit.number("page", 1, most=2000))
    view = visit.query("view", "coming")
    wanted = wanted_of(visit)
    newest_first = view not in ("coming", "drafts") or bool(visit.query("state"))
    with visit.parts.store.read() as tx:
        found, total = queue.search(
            tx, wanted, newest_first=newest_first, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
        )
    return page(
        visit,
        "posts/list.html",
        found=found,
        total=total,
        number=number,
        per_page=PER_PAGE,
        view="" if visit.query("state") else view,
        views=tuple(shared.STATES),
        account_choices=shared.account_choices(visit),
        asked=dict(visit.request.query_params),
        kinds=tuple(exporting.KINDS),
        may_write=visit.has(Role.STAFF),
    )


@room.page("/posts/export", shared.READERS)
def export(visit: Here) -> Response:
    kind = visit.query("as", "csv")
    if kind not in exporting.KINDS:
        raise BadInput("Export as csv, jsonl or ics.", key="as").worded("problem.export-kind")
    wanted = wanted_of(visit)
    with visit.parts.store.read() as tx:
        pieces = list(exporting.export(visit.parts, queue.every(tx, wanted), kind, now=visit.now))
    name = f"kouhou-{visit.today:%Y%m%d}.{kind}"
    return StreamingResponse(
        iter(pieces),
        media_type=exporting.MIMES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def wanted_of(visit: Visit) -> queue.Filter:
    """The filter of an address; whatever nobody can ask for is left out, other offices always are."""
    allowed = shared.visible(visit)
    account = visit.query("account")
    chosen = tuple(each.id for each in shared.accounts_seen(visit) if each.id == account) if account else allowed
    state = visit.query("state")
    states = shared.STATES.get(visit.query("view", "coming"), ())
    first, last = shared.typed_day(visit.query("from")), shared.typed_day(visit.query("to"))
    words = visit.query("words").strip()
    since = shared.starts(first) if first else visit.now - WORDS_SOUGHT_FOR if words else None
    return queue.Filter(
        states=(PostState(state),) if state in tuple(PostState) else states,
        accounts=chosen,
        since=since,
        until=shared.starts(last) + compose.DAY if last else None,
        author=visit.by.login if visit.query("mine") else "",
        lane=Lane.DISASTER if visit.query("lane") == "disaster" else None,
        words=words,
    )


@room.page("/posts/{post_id}", shared.READERS)
def post_page(visit: Here, post_id: Number) -> Response:
    return show(visit, shared.seen(visit, post_id))


def show(visit: Visit, post: Post, problem: KouhouError | None = None, typed: dict[str, str] | None = None) -> Response:
    """The page, also after a refused step: with the reason on top and what was typed still there."""
    parts = visit.parts
    account = parts.account(post.account)
    office = parts.office(account)
    with parts.store.read() as tx:
        tried = attempts.of_post(tx, post.id)
        review = desk.review_of(tx, post.id)
        values: dict[str, Any] = {
            "story": audit.about(tx, f"post:{post.id}"),
            "revisions": posts.revisions(tx, post.id),
            "returned_text": posts.published_text(tx, post.id),
            "siblings": [each for each in desk.of_notice(tx, post.notice) if each.id != post.id],
            "names": {each.login: each.name or each.login for each in people.everyone(tx)},
            "able": _able(visit, tx, post, office.id),
        }
    lost = steps.last_lost(tried)
    allowed = shared.visible(visit)
    values["siblings"] = [each for each in values["siblings"] if allowed is None or each.account in allowed]
    return page(
        visit,
        "posts/post.html",
        200 if problem is None else 422,
        post=post,
        account=account,
        office=office,
        shown=render(post.revision.content, account),
        can=steps.steps(parts, post, by=visit.by, now=visit.now, tried=tried, review=review),
        step=Step,
        progress=steps.progress(parts, post),
        why_not=_why_not(visit, post),
        tried=tried,
        bodies={each.number: _readable(each.body) for each in tried},
        lost=lost,
        until=steps.looked_for_until(lost) if lost else None,
        absent=bool(lost and reconcile.absent_likely(lost, visit.now)),
        review=review,
        soon=steps.ends_soon(post, visit.now),
        wall=shared.wall,
        picture=lambda sha256: shared.picture(visit, sha256),
        problem=sentence(visit, problem) if problem else "",
        typed=typed or {},
        **values,
    )


def _able(visit: Visit, tx: Any, post: Post, office: str) -> list[tuple[str, Any]]:
    """Who could approve it, with the end date of a deputy's grant."""
    found = []
    for person in people.everyone(tx):
        held = [g for g in person.grants if g.holds(Role.APPROVER, office, visit.today)]
        if held and person.login not in (post.author, post.revision.author):
            found.append((person.name or person.login, None if any(g.until is None for g in held) else held[0].until))
    return found


def _readable(body: str) -> str:
    """What was sent with its characters as characters; the bytes on the wire are the same text."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body


def _why_not(visit: Visit, post: Post) -> str:
    """Why an approver has no button: it is their own post, or they have already agreed."""
    office = shared.office_of(visit, post.account)
    if post.state is not PostState.SUBMITTED or not visit.by.may(Role.APPROVER, office.id, visit.today):
        return ""
    why = steps.why_not_approve(post, visit.by)
    return str(sentence(visit, why)) if why else ""


Taken = Callable[[Visit, Post], object]


def _version(visit: Visit) -> int | None:
    text = visit.form.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else None


def _word(visit: Visit, name: str) -> str:
    return visit.form.get(name, "").strip()


def _approve(visit: Visit, post: Post) -> object:
    preflight.refuse_repeat(visit.parts, post, now=visit.now, lang=visit.words.lang)
    return approve.approve(
        visit.parts, post.id, by=visit.by, now=visit.now, digest=_word(visit, "digest"), version=_version(visit)
    )


def _release(visit: Visit, post: Post) -> object:
    due_at = shared.typed_instant(_word(visit, "at"), shared.office_of(visit, post.account).zone)
    return approve.release(
        visit.parts, post.id, by=visit.by, now=visit.now, due_at=due_at, reason=_word(visit, "reason")
    )


def _submit(visit: Visit, post: Post) -> object:
    return compose.submit(visit.parts, post.id, by=visit.by, now=visit.now, version=_version(visit))


def _cancel(visit: Visit, post: Post) -> object:
    return approve.cancel(visit.parts, post.id, by=visit.by, now=visit.now, version=_version(visit))


def _review(visit: Visit, post: Post) -> None:
    in_order = _word(visit, "in_order") != "no"
    approve.review(visit.parts, post.id, by=visit.by, now=visit.now, in_order=in_order, comment=_word(visit, "comment"))


def _look(visit: Visit, post: Post) -> object:
    with visit.parts.store.read() as tx:
        lost = steps.last_lost(attempts.of_post(tx, post.id))
    return reconcile.look_for(visit.parts, lost, now=visit.now) if lost else None


def _said(act: Any, name: str) -> Taken:
    """A use case that takes one post and the words of one field."""
    return lambda visit, post: act(visit.parts, post.id, by=visit.by, now=visit.now, **{name: _word(visit, name)})


STEPS: Final[dict[Step, tuple[Taken, tuple[str, ...]]]] = {
    Step.APPROVE: (_approve, ("post.approved",)),
    Step.RETURN: (_said(approve.give_back, "comment"), ("post.returned",)),
    Step.REJECT: (_said(approve.reject, "comment"), ("post.rejected",)),
    Step.SUBMIT: (_submit, ("post.submitted",)),
    Step.RELEASE: (_release, ("post.released",)),
    Step.HOLD: (_said(approve.hold, "reason"), ("post.held",)),
    Step.CANCEL: (_cancel, ("post.cancelled",)),
    Step.WITHDRAW: (_said(withdraw.withdraw, "reason"), ("post.withdrawn",)),
    Step.LOOK: (_look, ()),
    Step.RESEND: (_said(reconcile.resend, "reason"), ("post.resend",)),
    Step.GIVE_UP: (_said(reconcile.give_up, "reason"), ("post.give-up",)),
    Step.REVIEW: (_review, ("post.reviewed", "post.objected")),
}


@room.form("/posts/{post_id}/{step}", shared.WRITERS)
def take(visit: Here, post_id: Number, step: str) -> Response:
    """One step, taken once. A refusal shows the post as it stands now with the reason on top."""
    post = shared.seen(visit, post_id)
    if step not in tuple(Step) or Step(step) not in STEPS:
        return page(visit, "error.html", 404, sentence=visit.words("error.no-page"), kind="not-found")
    act, events = STEPS[Step(step)]
    try:
        shared.once(visit, post_id, events, lambda: act(visit, post))
    except KouhouError as exc:
        return show(visit, shared.seen(visit, post_id), exc, dict(visit.form))
    if step == Step.WITHDRAW and visit.form.get("again"):
        return go(f"/posts/{post_id}/copy")
    return go(f"/posts/{post_id}", done=f"post-{step}")

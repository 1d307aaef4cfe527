"""What a person has to look at: held, unknown and failed posts, each with why and what to do."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console.guard import Here, Room
from bot.console.show import page, sentence
from bot.console.visit import Visit
from bot.domain.errors import KouhouError
from bot.domain.people import Role
from bot.domain.posts import Hold, Post, PostState
from bot.store import attempts, desk, queue
from bot.usecases import approve, compose, reconcile, steps

room = Room()
MOST = 200


def _waiting(visit: Visit) -> int:
    with visit.parts.store.read() as tx:
        wanted = queue.Filter((PostState.HELD, PostState.UNKNOWN), shared.visible(visit))
        _, total = queue.search(tx, wanted, limit=1)
    return total


shared.enter("/held", "staff.held", "staff|approver|admin|auditor", _waiting)


@room.page("/held", shared.READERS)
def held_page(visit: Here) -> Response:
    return draw(visit, [])


@room.form("/held", shared.APPROVERS)
def settle(visit: Here) -> Response:
    """Releases or cancels the chosen posts, each for itself: one refusal stops none of the others."""
    act = {"release": _release, "cancel": _cancel}.get(visit.form.get("do", ""))
    chosen = [int(each) for each in visit.lists.get("id", ()) if each.isdigit() and len(each) < 10]
    done: list[tuple[int, str, str]] = []
    for number in chosen[:MOST] if act else ():
        try:
            state = act(visit, shared.seen(visit, number)).state.value if act else ""
            done.append((number, state, ""))
        except KouhouError as exc:
            done.append((number, "", str(sentence(visit, exc))))
    return draw(visit, done)


def draw(visit: Visit, done: list[tuple[int, str, str]]) -> Response:
    with visit.parts.store.read() as tx:
        wanted = queue.Filter((PostState.HELD,), shared.visible(visit))
        held, total = queue.search(tx, wanted, newest_first=False, limit=MOST)
        lost, _ = queue.search(tx, queue.Filter((PostState.UNKNOWN,), shared.visible(visit)), limit=MOST)
        failed, _ = queue.search(
            tx,
            queue.Filter((PostState.FAILED,), shared.visible(visit), since=visit.now - 7 * compose.DAY),
            limit=20,
        )
        reviews = desk.reviews_due(tx, shared.visible(visit))
        looked_for: dict[int, Any] = {}
        for post in lost:
            attempt = steps.last_lost(attempts.of_post(tx, post.id))
            if attempt is not None:
                absent = reconcile.absent_likely(attempt, visit.now)
                looked_for[post.id] = (steps.looked_for_until(attempt), absent, attempt.looks)
    by_kind = [(kind, [post for post in held if post.hold is kind]) for kind in Hold]
    return page(
        visit,
        "posts/held.html",
        by_kind=[(kind, found) for kind, found in by_kind if found],
        total=total,
        lost=lost,
        looked_for=looked_for,
        failed=failed,
        reviews=reviews,
        done_list=done,
        may_settle=visit.has(Role.APPROVER),
    )


def _release(visit: Visit, post: Post) -> Post:
    """In its old slot if that is still to come, else in the next free one; posts of one account queue up."""
    due_at = None
    if post.revision.slot.publish_by <= visit.now:
        account = visit.parts.account(post.account)
        with visit.parts.store.read() as tx:
            due_at = compose.next_free(tx, account, visit.parts.office(account), visit.now)
    return approve.release(visit.parts, post.id, by=visit.by, now=visit.now, due_at=due_at)


def _cancel(visit: Visit, post: Post) -> Post:
    return approve.cancel(visit.parts, post.id, by=visit.by, now=visit.now)

"""What waits for this approver: each post as its readers will see it, the one that ends soonest first."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console.guard import Here, Room
from bot.console.show import page
from bot.console.visit import Visit
from bot.domain.people import Role
from bot.domain.posts import Lane, PostState
from bot.domain.rendering import render
from bot.store import desk, queue
from bot.usecases import steps

room = Room()
PER_PAGE = 20


def _waiting(visit: Visit) -> int:
    wanted = queue.Filter((PostState.SUBMITTED,), visit.accounts(Role.APPROVER))
    with visit.parts.store.read() as tx:
        return queue.search(tx, wanted, limit=1)[1] + len(desk.reviews_due(tx, wanted.accounts))


shared.enter("/approve", "staff.approve", "approver", _waiting)


@room.page("/approve", shared.APPROVERS)
def approve_page(visit: Here) -> Response:
    number = max(1, visit.number("page", 1, most=500))
    parts, mine = visit.parts, visit.accounts(Role.APPROVER)
    with parts.store.read() as tx:
        found, total = queue.search(
            tx,
            queue.Filter((PostState.SUBMITTED,), mine),
            newest_first=False,
            limit=PER_PAGE,
            offset=(number - 1) * PER_PAGE,
        )
        reviews = desk.reviews_due(tx, mine)
    cards = [
        (
            post,
            parts.account(post.account),
            shared.office_of(visit, post.account),
            render(post.revision.content, parts.account(post.account)),
            steps.progress(parts, post),
            steps.why_not_approve(post, visit.by) is None,
            steps.ends_soon(post, visit.now),
        )
        for post in sorted(found, key=lambda each: each.lane is not Lane.DISASTER)
    ]
    return page(
        visit,
        "posts/approve.html",
        cards=cards,
        reviews=reviews,
        total=total,
        number=number,
        per_page=PER_PAGE,
        picture=lambda sha256: shared.picture(visit, sha256),
    )

"""Queries about posts, revisions and approvals. Every change checks the row's version in the same update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, insert, update
from sqlmodel import col, select

from bot.domain.errors import NotFound, missing, overtaken
from bot.domain.posts import Approval, Content, Hold, Lane, Media, Post, PostState, Revision, Slot
from bot.store.database import Tx
from bot.store.tables.posts import ApprovalRow, PostRow, RevisionRow

_WALL = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class New:
    """What a post is made of; ``state`` is ``submitted`` for an import that goes straight to the approvers."""

    revision: Revision
    office: str
    lane: Lane = Lane.ROUTINE
    notice: str = ""
    state: PostState = PostState.DRAFT


def add(tx: Tx, revision: Revision, *, office: str, lane: Lane, notice: str = "") -> Post:
    """A new draft with its first revision."""
    [number] = add_many(tx, [New(revision, office, lane, notice)])
    return get(tx, number)


def add_many(tx: Tx, new: Sequence[New]) -> list[int]:
    """Many drafts at once, in order: an import of ten thousand rows takes seconds, not minutes."""
    if not new:
        return []
    statement = insert(PostRow).returning(col(PostRow.id), sort_by_parameter_order=True)
    ids = [int(number) for (number,) in tx.session.execute(statement, [_post_values(each) for each in new])]
    revisions = [_revision_values(number, each.revision) for number, each in zip(ids, new, strict=True)]
    tx.session.execute(insert(RevisionRow), revisions)
    return ids


def get(tx: Tx, post_id: int) -> Post:
    """One post with its current revision and all approvals; NotFound if there is none."""
    found = many(tx, [post_id])
    if not found:
        raise missing("post", post_id)
    return found[0]


def many(tx: Tx, ids: Sequence[int]) -> list[Post]:
    """Posts in the order of ``ids``; missing ones are left out."""
    if not ids:
        return []
    rows = tx.session.exec(
        select(PostRow, RevisionRow)
        .join(RevisionRow, (col(RevisionRow.post) == PostRow.id) & (col(RevisionRow.number) == PostRow.revision))
        .where(col(PostRow.id).in_(ids))
    ).all()
    approvals = tx.session.exec(select(ApprovalRow).where(col(ApprovalRow.post).in_(ids)).order_by(col(ApprovalRow.id)))
    given: dict[int, list[Approval]] = {}
    for each in approvals:
        given.setdefault(each.post, []).append(Approval(each.digest, each.by, each.at))
    by_id = {_id(row): _post(row, revision, tuple(given.get(_id(row), ()))) for row, revision in rows}
    return [by_id[each] for each in ids if each in by_id]


def find(
    tx: Tx,
    *,
    states: Sequence[PostState] = (),
    accounts: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    newest_first: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[Post]:
    """Posts by state, account and slot ([since, until), aware UTC), in the order of their slots."""
    order = col(PostRow.due_at).desc() if newest_first else col(PostRow.due_at)
    statement = select(PostRow.id).where(*_conditions(states, accounts, since, until)).order_by(order, col(PostRow.id))
    ids = tx.session.exec(statement.limit(limit).offset(offset)).all()
    return many(tx, [each for each in ids if each is not None])


def count_by_state(
    tx: Tx, accounts: Sequence[str] | None = None, *, states: Sequence[PostState] = ()
) -> dict[PostState, int]:
    """How many posts stand in each state, or only in ``states``: counting years of published ones takes its time."""
    conditions = _conditions(states, accounts, None, None)
    statement = select(PostRow.state, func.count()).where(*conditions).group_by(PostRow.state)
    return {PostState(state): number for state, number in tx.session.exec(statement)}


def revise(tx: Tx, post: Post, revision: Revision, *, state: PostState) -> Post:
    """A new revision; approvals of the old one stay on record but no longer fit its digest."""
    _change(tx, post, state=state, updated_at=revision.at, hold=None, **_mirror(revision))
    tx.session.execute(insert(RevisionRow), [_revision_values(post.id, revision)])
    return get(tx, post.id)


def approve(tx: Tx, post: Post, approval: Approval) -> Post:
    """Records one yes. The unique constraint refuses the same yes twice."""
    row = ApprovalRow(post=post.id, digest=approval.digest, by=approval.by, at=approval.at)
    tx.session.add(row)
    tx.session.flush()
    return get(tx, post.id)


def change(tx: Tx, post: Post, state: PostState, *, at: datetime, **values: Any) -> Post:
    """Moves a post to ``state``; Conflict when somebody changed it since ``post`` was read."""
    _change(tx, post, state=state, updated_at=at, **values)
    return get(tx, post.id)


def hold(tx: Tx, post: Post, why: Hold, *, at: datetime, note: str = "") -> Post:
    return change(tx, post, PostState.HELD, at=at, hold=why.value, note=note, lease_owner=None, lease_until=None)


def revisions(tx: Tx, post_id: int) -> list[Revision]:
    """Every version of a post, oldest first."""
    row = tx.session.get(PostRow, post_id)
    if row is None:
        raise missing("post", post_id)
    found = tx.session.exec(select(RevisionRow).where(RevisionRow.post == post_id).order_by(col(RevisionRow.number)))
    return [_revision(row, each) for each in found]


def published_text(tx: Tx, post_id: int) -> str:
    """The text as the platform returned it, empty before that."""
    row = tx.session.get(PostRow, post_id)
    return row.published_text if row else ""


def said_between(
    tx: Tx, *, states: Sequence[PostState], since: datetime, until: datetime, limit: int
) -> list[tuple[int, str, str, datetime]]:
    """(post, account, text, when) by slot, newest first; what near-duplicates are sought in."""
    when = func.coalesce(PostRow.published_at, PostRow.due_at)
    rows = tx.session.exec(
        select(PostRow.id, PostRow.account, RevisionRow.text, when)
        .join(RevisionRow, (col(RevisionRow.post) == PostRow.id) & (col(RevisionRow.number) == PostRow.revision))
        .where(*_conditions(states, None, since, until))
        .order_by(col(PostRow.due_at).desc(), col(PostRow.id))
        .limit(limit)
    )
    return [(number, account, text, at) for number, account, text, at in rows if number is not None]


def by_platform_id(tx: Tx, account: str, platform_id: str) -> Post | None:
    """Our post behind a platform id, if we sent it."""
    found = tx.session.exec(
        select(PostRow.id).where(PostRow.account == account, PostRow.platform_id == platform_id)
    ).first()
    return get(tx, found) if found is not None else None


def bound_ids(tx: Tx, account: str, platform_ids: Sequence[str]) -> set[str]:
    """Which of these platform ids already belong to a post of ours."""
    found = tx.session.exec(
        select(PostRow.platform_id).where(PostRow.account == account, col(PostRow.platform_id).in_(platform_ids))
    )
    return {each for each in found if each}


def recent_platform_ids(tx: Tx, account: str, *, since: datetime, limit: int = 200) -> list[str]:
    """Platform ids of what this account published since then, newest first."""
    found = tx.session.exec(
        select(PostRow.platform_id)
        .where(PostRow.account == account, PostRow.state == PostState.PUBLISHED, col(PostRow.published_at) >= since)
        .order_by(col(PostRow.published_at).desc())
        .limit(limit)
    )
    return [each for each in found if each]


def _conditions(
    states: Sequence[PostState], accounts: Sequence[str] | None, since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(col(PostRow.state).in_([each.value for each in states]))
    if accounts is not None:
        wanted.append(col(PostRow.account).in_(accounts))
    if since is not None:
        wanted.append(col(PostRow.due_at) >= since)
    if until is not None:
        wanted.append(col(PostRow.due_at) < until)
    return wanted


def _change(tx: Tx, post: Post, *, state: PostState, **values: Any) -> None:
    done = tx.session.execute(
        update(PostRow)
        .where(col(PostRow.id) == post.id, col(PostRow.version) == post.version, col(PostRow.state) == post.state.value)
        .values(state=state.value, version=post.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise overtaken("post", post.id)
    tx.session.expire_all()


def _post_values(new: New) -> dict[str, Any]:
    revision = new.revision
    return {
        "account": revision.account,
        "office": new.office,
        "author": revision.author,
        "notice": new.notice,
        "state": new.state.value,
        "lane": new.lane.value,
        "version": 1,
        "note": "",
        "fence": 0,
        "permalink": "",
        "published_text": "",
        "created_at": revision.at,
        "updated_at": revision.at,
        **_mirror(revision),
    }


def _mirror(revision: Revision) -> dict[str, Any]:
    """What the post's own row repeats of its current revision, to be searched by."""
    return {
        "revision": revision.number,
        "due_at": revision.slot.due_at,
        "due_wall": revision.slot.due_at.astimezone(_WALL).isoformat() + "[Asia/Tokyo]",
        "publish_by": revision.slot.publish_by,
        "reason": revision.slot.reason,
        "content_digest": revision.content.digest,
    }


def _revision_values(post_id: int, revision: Revision) -> dict[str, Any]:
    content = revision.content
    return {
        "post": post_id,
        "number": revision.number,
        "digest": revision.digest,
        "author": revision.author,
        "at": revision.at,
        "text": content.text,
        "link": content.link,
        "lang": content.lang,
        "media": [_media_dict(item) for item in content.media],
        "due_at": revision.slot.due_at,
        "publish_by": revision.slot.publish_by,
        "reason": revision.slot.reason,
    }


def _media_dict(item: Media) -> dict[str, Any]:
    return {"name": item.name, "sha256": item.sha256, "mime": item.mime, "alt": item.alt, "size": item.size}


def _revision(row: PostRow, revision: RevisionRow) -> Revision:
    media = tuple(Media(**item) for item in revision.media)
    return Revision(
        number=revision.number,
        account=row.account,
        content=Content(revision.text, revision.link, media, revision.lang),
        slot=Slot(revision.due_at, revision.publish_by, revision.reason),
        author=revision.author,
        at=revision.at,
    )


def _post(row: PostRow, revision: RevisionRow, approvals: tuple[Approval, ...]) -> Post:
    return Post(
        id=_id(row),
        account=row.account,
        author=row.author,
        state=PostState(row.state),
        revision=_revision(row, revision),
        version=row.version,
        lane=Lane(row.lane),
        notice=row.notice,
        approvals=approvals,
        hold=Hold(row.hold) if row.hold else None,
        note=row.note,
        platform_id=row.platform_id or "",
        permalink=row.permalink,
        published_at=row.published_at,
        fence=row.fence,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _id(row: PostRow) -> int:
    if row.id is None:
        raise NotFound("The post was not stored.").worded("problem.database")
    return row.id

"""Queries of the staff desk: notices written together, reviews that are due, imports that wait, own templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from bot.domain.errors import Conflict, NotFound
from bot.domain.people import Person
from bot.domain.posts import Post
from bot.store import posts
from bot.store.database import Tx
from bot.store.tables.desk import ImportRow, NoticeGroupRow, ReviewRow, TemplateRow
from bot.store.tables.posts import PostRow


@dataclass(frozen=True, slots=True)
class Review:
    """A look at a disaster notice after it went out; ``done_at`` None means that it is still due."""

    post: int
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    done_by: str = ""
    in_order: bool | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An uploaded file between its preview and its sender's yes."""

    id: str
    person: str
    name: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A reusable notice that an office wrote itself."""

    id: int
    office: str
    name: str
    category: str
    ja: str
    en: str
    easy: str
    by: str
    at: datetime


def open_notice(tx: Tx, notice: str, *, by: Person, at: datetime) -> bool:
    """Claims a form's token; False when this very form was sent before. Waits for a twin that is being sent now."""
    row = {"id": notice, "author": by.login, "at": at}
    statement = (postgresql if tx.is_postgres else sqlite).insert(NoticeGroupRow).values(row)
    taken = tx.session.execute(statement.on_conflict_do_nothing().returning(col(NoticeGroupRow.id)))
    return taken.first() is not None


def of_notice(tx: Tx, notice: str) -> list[Post]:
    """The posts that were written together, in the order in which they were made."""
    if not notice:
        return []
    ids = tx.session.exec(select(PostRow.id).where(PostRow.notice == notice).order_by(col(PostRow.id)).limit(100))
    return posts.many(tx, [each for each in ids if each is not None])


def ask_review(tx: Tx, post_id: int, *, at: datetime, due_at: datetime) -> None:
    """One review per post, however often it is asked for."""
    if tx.session.get(ReviewRow, post_id) is None:
        tx.session.add(ReviewRow(post=post_id, asked_at=at, due_at=due_at))
        tx.session.flush()


def review_of(tx: Tx, post_id: int) -> Review | None:
    row = tx.session.get(ReviewRow, post_id)
    return _review(row) if row else None


def reviews_due(tx: Tx, accounts: Sequence[str] | None, *, limit: int = 100) -> list[tuple[Review, Post]]:
    """Reviews that nobody has done yet, the most urgent first; ``accounts`` None stands for all."""
    statement = select(ReviewRow).join(PostRow, col(PostRow.id) == ReviewRow.post)
    statement = statement.where(col(ReviewRow.done_at).is_(None)).order_by(col(ReviewRow.due_at)).limit(limit)
    if accounts is not None:
        statement = statement.where(col(PostRow.account).in_(accounts))
    reviews = [_review(row) for row in tx.session.exec(statement)]
    found = {post.id: post for post in posts.many(tx, [each.post for each in reviews])}
    return [(each, found[each.post]) for each in reviews]


def finish_review(tx: Tx, post_id: int, *, by: Person, at: datetime, in_order: bool, comment: str) -> None:
    """Conflict when somebody else was first."""
    done = tx.session.execute(
        update(ReviewRow)
        .where(col(ReviewRow.post) == post_id, col(ReviewRow.done_at).is_(None))
        .values(done_at=at, done_by=by.login, in_order=in_order, comment=comment)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(f"Post {post_id} was reviewed by somebody else in the meantime, or needs no review.").worded(
            "problem.settled"
        )
    tx.session.expire_all()


def keep_import(tx: Tx, token: str, *, by: Person, name: str, body: str, at: datetime) -> None:
    """Keeps an upload, sealed, until its sender says yes or no."""
    tx.session.add(ImportRow(id=token, person=by.login, name=name, body=tx.seal.close(body), at=at))
    tx.session.flush()


def waiting_import(tx: Tx, token: str, *, by: Person) -> Waiting:
    """NotFound unless this person uploaded it and has not answered yet."""
    row = tx.session.get(ImportRow, token)
    if row is None or row.person != by.login:
        raise NotFound("This upload does not wait any more; upload the file again.").worded("problem.no-upload")
    return Waiting(row.id, row.person, row.name, tx.seal.open(row.body), row.at)


def drop_import(tx: Tx, token: str) -> bool:
    """Whether it was still there: of two answers at once only one counts."""
    done = tx.session.execute(delete(ImportRow).where(col(ImportRow.id) == token))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def drop_old_imports(tx: Tx, *, before: datetime) -> None:
    tx.session.execute(delete(ImportRow).where(col(ImportRow.at) < before))


def add_template(
    tx: Tx, *, office: str, name: str, category: str, texts: tuple[str, str, str], by: Person, at: datetime
) -> int:
    """``texts`` are Japanese, English and easy Japanese; the last two may be empty. Returns its number."""
    ja, en, easy = texts
    row = TemplateRow(office=office, name=name, category=category, ja=ja, en=en, easy=easy, by=by.login, at=at)
    tx.session.add(row)
    tx.session.flush()
    return row.id or 0


def templates(tx: Tx, offices: Sequence[str] | None) -> list[OwnTemplate]:
    """Own templates of these offices, by name; None stands for all offices."""
    statement = select(TemplateRow).where(col(TemplateRow.active)).order_by(TemplateRow.name, col(TemplateRow.id))
    if offices is not None:
        statement = statement.where(col(TemplateRow.office).in_(offices))
    return [_template(row) for row in tx.session.exec(statement.limit(500))]


def template(tx: Tx, number: int) -> OwnTemplate:
    row = tx.session.get(TemplateRow, number)
    if row is None or not row.active:
        raise NotFound("There is no such template any more.").worded("problem.no-template")
    return _template(row)


def retire_template(tx: Tx, number: int) -> None:
    """Takes it off the list; what was written with it stays."""
    tx.session.execute(update(TemplateRow).where(col(TemplateRow.id) == number).values(active=False))
    tx.session.expire_all()


def _review(row: ReviewRow) -> Review:
    return Review(row.post, row.asked_at, row.due_at, row.done_at, row.done_by, row.in_order, row.comment)


def _template(row: TemplateRow) -> OwnTemplate:
    return OwnTemplate(row.id or 0, row.office, row.name, row.category, row.ja, row.en, row.easy, row.by, row.at)

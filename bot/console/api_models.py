"""What the HTTP API takes and gives, as its OpenAPI document describes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.accounts import Account, Office, Platform, Status
from bot.domain.posts import Post, PostState, valid_approvers
from bot.usecases.approve import needed

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{8,100}$")]


class PostIn(BaseModel):
    """A post to queue. It is submitted and waits for the approvers of the account's office."""

    model_config = ConfigDict(extra="forbid")

    account: str = Field(min_length=1, max_length=100, description="Id or handle in the roster.")
    text: str = Field(min_length=1, max_length=25_000)
    publish_at: AwareDatetime | None = Field(
        default=None, description="The slot, with zone; without it the next free slot in the office's hours is taken."
    )
    reason: str = Field(default="", max_length=500, description="Why outside the office's hours; two approvers then.")
    link: str = Field(default="", max_length=2000, pattern=r"^(https://[!-~]+)?$")
    lang: str = Field(default="ja", pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?$", description="BCP 47.")


class PostOut(BaseModel):
    """A post as it stands. ``approvals``: how many people have said yes to exactly this version."""

    id: int
    account: str
    office: str
    state: PostState
    version: int
    text: str
    link: str
    lang: str
    publish_at: datetime
    publish_by: datetime
    outside_hours: bool
    by_api: bool
    approvals: int
    approvals_needed: int
    published_at: datetime | None
    permalink: str


class Posts(BaseModel):
    posts: list[PostOut]
    page: int
    more: bool = Field(description="Whether the next page may hold something.")


class AccountOut(BaseModel):
    id: str
    platform: Platform
    handle: str
    url: str
    office: str
    status: Status
    languages: list[str]


class OfficeOut(BaseModel):
    id: str
    names: dict[str, str]
    parent: str | None
    zone: str


class Registry(BaseModel):
    """The roster as it is in force; ``digest`` changes when anything in it does."""

    digest: str
    offices: list[OfficeOut]
    accounts: list[AccountOut]


class Figures(BaseModel):
    """Counts from ``since`` to ``until``, both days included, in Japan."""

    since: date
    until: date
    published: dict[str, int] = Field(description="Posts that went out, by account.")
    cases: dict[str, int] = Field(description="Cases opened, by the state they are in now.")


def post_out(post: Post, office: Office) -> PostOut:
    content, slot = post.revision.content, post.revision.slot
    return PostOut(
        id=post.id,
        account=post.account,
        office=office.id,
        state=post.state,
        version=post.version,
        text=content.text,
        link=content.link,
        lang=content.lang,
        publish_at=slot.due_at,
        publish_by=slot.publish_by,
        outside_hours=slot.is_exception,
        by_api=post.author.startswith("api:"),
        approvals=len(valid_approvers(post)),
        approvals_needed=needed(office, post),
        published_at=post.published_at,
        permalink=post.permalink,
    )


def account_out(account: Account) -> AccountOut:
    return AccountOut(
        id=account.id,
        platform=account.platform,
        handle=account.handle,
        url=account.url,
        office=account.office,
        status=account.status,
        languages=list(account.languages),
    )


def office_out(office: Office) -> OfficeOut:
    return OfficeOut(id=office.id, names=dict(office.names.pairs), parent=office.parent, zone=office.zone)

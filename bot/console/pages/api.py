"""The HTTP API of the agency's other systems: ``/api/v1``, described by ``/api/v1/openapi.json``."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Path, Query, Request, Security
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime

from bot.bootstrap import App
from bot.console.api_models import (
    Figures,
    PostIn,
    PostOut,
    Posts,
    Registry,
    account_out,
    office_out,
    post_out,
)
from bot.console.guard import ANYBODY, Room
from bot.console.problem import ApiRoute, Problem, problem
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.posts import Content, Post, PostState
from bot.store.database import Tx
from bot.store.tokens import Answer
from bot.usecases import interface, maintenance
from bot.usecases.compose import Wish
from bot.usecases.interface import Write, digest_of
from bot.usecases.tokens import Caller, Scope, UnknownToken, caller

room = Room(prefix="/api/v1", route_class=ApiRoute)
FURTHEST: Final = timedelta(days=800)
_BEARER: Final = HTTPBearer(auto_error=False, description="A token from the console's page 'API tokens'.")
_SAID: Final = {
    401: "No token, or none that counts any more.",
    403: "The token may not do this.",
    404: "There is no such thing in the token's offices.",
    409: "The idempotency key was used for another request, or the post is past this step.",
    413: "The request is too large.",
    422: "A field is missing or does not fit.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}

Posted = Annotated[int, Path(ge=1, le=2**31 - 1, alias="post", description="The post's number.")]
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2999, 12, 31), description="A day in Japan.")]
IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9._~-]{8,100}$", description="Yours, fresh per write.")
]


def _service(request: Request) -> App:
    app: App = request.app.state.kouhou
    return app


Service = Annotated[App, Depends(_service)]


def _holder_of(scope: Scope) -> Any:
    """The dependency that lets a token with this scope in; a write is also refused during maintenance."""

    def holder(
        request: Request,
        app: Service,
        shown: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> Caller:
        if shown is None:
            raise UnknownToken("Send the token: Authorization: Bearer kouhou_…")
        address = request.client.host if request.client else ""
        now = app.parts.clock()
        found = caller(app.parts, shown.credentials, address=address, now=now)
        if scope not in found.token.scopes:
            raise NotAllowed(f"This token has no scope '{scope.value}'.")
        _refuse_unknown(request)
        if request.method != "GET":
            maintenance.refuse_writing(app.parts, now=now)
        return found

    return Depends(holder)


def _refuse_unknown(request: Request) -> None:
    """A misspelt filter would otherwise filter nothing, and nobody would notice."""
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise BadInput("There is no such parameter.", key=unknown[0][:60])


async def _write_of(
    request: Request, who: Annotated[Caller, _holder_of(Scope.POSTS_WRITE)], idempotency_key: IdempotencyKey
) -> Write:
    return Write(who, idempotency_key, digest_of(request.method, request.url.path, await request.body()))


Writing = Annotated[Write, Depends(_write_of)]


def _told(scope: Scope, *statuses: int) -> dict[str, Any]:
    """How a route describes itself: who may use it and which problems it answers with."""
    documents: dict[int | str, dict[str, Any]] = {
        status: {
            "model": Problem,
            "description": _SAID[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in (401, 403, 413, 422, 429, *statuses)
    }
    return {"responses": documents, "openapi_extra": {"who": f"token {scope.value}"}}


@room.get("/posts", **_told(Scope.POSTS_READ, 404))
def read_posts(
    app: Service,
    who: Annotated[Caller, _holder_of(Scope.POSTS_READ)],
    state: Annotated[list[PostState] | None, Query()] = None,
    account: Annotated[str, Query(max_length=100, pattern=r"^[A-Za-z0-9._-]*$")] = "",
    since: Annotated[AwareDatetime | None, Query(description="Slots from this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Slots before this instant.")] = None,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Posts:
    """The queue and what became of it, by slot."""
    found = interface.read_posts(
        app.parts,
        who,
        states=state or [],
        account=account,
        since=_near(app, since, "since"),
        until=_near(app, until, "until"),
        page=page,
        limit=limit,
        render=lambda _tx, post: _post(app, post),
    )
    return Posts(posts=[each for each in found if isinstance(each, PostOut)], page=page, more=len(found) == limit)


@room.get("/posts/{post}", **_told(Scope.POSTS_READ, 404))
def read_post(app: Service, who: Annotated[Caller, _holder_of(Scope.POSTS_READ)], post: Posted) -> PostOut:
    """One post."""
    found = interface.read_post(app.parts, who, post, lambda _tx, each: _post(app, each))
    return PostOut.model_validate(found)


@room.post("/posts", status_code=201, response_model=PostOut, **_told(Scope.POSTS_WRITE, 404, 409))
def queue_post(app: Service, write: Writing, post: PostIn) -> Response:
    """Submits a post. People approve it on their desk; the same key and body never queue it twice."""
    wish = Wish(
        post.account,
        Content(post.text, post.link, (), post.lang),
        _near(app, post.publish_at, "publish_at"),
        post.reason,
    )
    now = app.parts.clock()
    return _sent(interface.queue_post(app.parts, write, wish, now=now, render=lambda tx, each: _json(app, tx, each)))


@room.post("/posts/{post}/cancel", response_model=PostOut, **_told(Scope.POSTS_WRITE, 404, 409))
def cancel_post(app: Service, write: Writing, post: Posted) -> Response:
    """Takes back a post that this token wrote and that has not gone out."""
    now = app.parts.clock()
    done = interface.cancel_post(app.parts, write, post, now=now, render=lambda tx, each: _json(app, tx, each))
    return _sent(done)


@room.get("/registry", **_told(Scope.REGISTRY_READ))
def read_registry(app: Service, who: Annotated[Caller, _holder_of(Scope.REGISTRY_READ)]) -> Registry:
    """Every official account and its office; the roster is public, so the token's offices do not matter here."""
    roster = app.parts.registry()
    return Registry(
        digest=roster.digest,
        offices=[office_out(each) for each in roster.offices],
        accounts=[account_out(each) for each in roster.accounts],
    )


@room.get("/figures", **_told(Scope.FIGURES_READ))
def read_figures(
    app: Service, who: Annotated[Caller, _holder_of(Scope.FIGURES_READ)], since: Day, until: Day
) -> Figures:
    """Counts of the token's offices."""
    published, cases = interface.read_figures(app.parts, who, first=since, last=until)
    return Figures(since=since, until=until, published=published, cases=cases)


@room.get("/openapi.json", include_in_schema=False, openapi_extra={"who": str(ANYBODY)})
def openapi() -> Response:
    """The description of this API; it tells nothing about the service's data."""
    return JSONResponse(document())


@room.api_route(
    "/{rest:path}",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    include_in_schema=False,
    openapi_extra={"who": str(ANYBODY)},
)
def nothing_there(request: Request) -> Response:
    """Addresses and methods that do not exist, as problems."""
    scope = {"type": "http", "path": request.url.path, "method": request.method}
    allowed = sorted(
        {m for route in room.routes[:-1] if route.matches(scope)[0].value for m in getattr(route, "methods", ())}
    )
    if allowed:
        return problem(405, "method-not-allowed", "This address takes other methods.", Allow=", ".join(allowed))
    return problem(404, "not-found", "There is no such address; see /api/v1/openapi.json.")


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of the routes above."""
    made = get_openapi(
        title="kouhou",
        version="1",
        summary="Queue and read posts, read the registry and published figures.",
        description="Posts wait for human approval whatever queued them. Errors are problem+json (RFC 9457).",
        routes=room.routes,
    )
    for path in made["paths"].values():
        for operation in path.values():
            operation.pop("who", None)
            for answer in operation["responses"].values():
                content = answer.get("content", {})
                if "application/problem+json" in content:
                    answer["content"] = {"application/problem+json": content["application/problem+json"]}
            operation["responses"]["429"]["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return made


def _post(app: App, post: Post) -> PostOut:
    return post_out(post, app.parts.office(app.parts.account(post.account)))


def _json(app: App, _tx: Tx, post: Post) -> str:
    return _post(app, post).model_dump_json()


def _sent(answer: Answer) -> Response:
    return JSONResponse(json.loads(answer.body), answer.status)


def _near(app: App, at: datetime | None, key: str) -> datetime | None:
    """An instant that a calendar can work with; BadInput for years that nobody plans for."""
    if at is None:
        return None
    try:
        far = abs(at - app.parts.clock()) > FURTHEST
    except OverflowError:
        far = True
    if far:
        raise BadInput("This is more than 800 days away.", key=key)
    return at

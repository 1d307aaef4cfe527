"""The bodies that broken platforms send, one function per fault that has a body."""

from __future__ import annotations

from bot.sandbox.faults import Fault
from bot.sandbox.ids import millis
from bot.sandbox.wire import Answer
from bot.sandbox.world import World

_PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>Something went wrong</h1></body></html>"


def html(status: int) -> Answer:
    return Answer(status, raw=_PAGE % status, content_type="text/html; charset=utf-8")


def broken_answer(world: World, fault: Fault, platform: str, good: Answer | None) -> Answer:
    """What the client sees of this fault; `good` is the answer of a platform that has acted."""
    kind, status = fault.kind, fault.status
    if fault.body is not None and kind not in ("slow", "wrong_version", "no_content_type"):
        return Answer(status or 500, fault.body, fault.headers)
    if kind in ("html_403", "html_503"):
        return html(status or int(kind[-3:]))
    if kind == "html_after":
        return html(status or 503)
    if kind == "html_201":
        return html(status or 201)
    if kind in ("list_body", "list_after"):
        return Answer(status or (good.status if good else 200), [{"message": "unexpected"}], fault.headers)
    if kind == "no_error_500":
        return Answer(status or 500, {"status": "unavailable"}, fault.headers)
    if kind == "no_id":
        return Answer(status or (201 if platform == "x" else 200), {"data": {}} if platform == "x" else {})
    if kind == "redirect":
        return Answer(status or 302, raw=b"", headers={"location": "https://maintenance.example/"})
    if kind.startswith("rate_limited") or kind == "usage_capped":
        return _limited(world, fault, platform)
    if kind == "no_content_type" and good is not None:
        return Answer(good.status, good.body, good.headers, good.raw, content_type="")
    if kind == "wrong_version" and good is not None:
        return Answer(good.status, good.body, {**good.headers, "facebook-api-version": "v27.0"})
    if kind == "slow" and good is not None:
        return good
    return _x_error(fault) if platform == "x" else _graph_error(fault)


def _limited(world: World, fault: Fault, platform: str) -> Answer:
    if platform != "x":
        return _graph_error(fault)
    body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
    reset = str(millis(world.now()) // 1000 + int(fault.seconds))
    headers = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
    if fault.kind == "rate_limited_bare":
        headers = {}
    elif fault.kind == "rate_limited_odd":
        headers["x-rate-limit-reset"] = "soon"
    elif fault.kind == "usage_capped":
        headers["x-rate-limit-remaining"] = "99"
        body = {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": "https://api.x.com/2/problems/usage-capped",
            "status": 429,
            "period": "Monthly",
        }
    return Answer(429, body, {**headers, **fault.headers}, content_type="application/problem+json")


_X = {
    "unauthorized": (401, "Unauthorized", "Unauthorized", "about:blank"),
    "forbidden": (403, "Forbidden", "You are not permitted to perform this action.", "about:blank"),
    "credits": (
        402,
        "CreditsDepleted",
        "Your enrolled account does not have any credits to fulfill this request.",
        "https://api.x.com/2/problems/credits-depleted",
    ),
}


def _x_error(fault: Fault) -> Answer:
    status, title, detail, kind = _X.get(fault.kind, (503, "Service Unavailable", "Service Unavailable", "about:blank"))
    status = fault.status or status
    body = {"title": title, "detail": detail, "type": kind, "status": status}
    return Answer(status, body, fault.headers, content_type="application/problem+json")


_GRAPH = {
    "unauthorized": (400, 190, 460, "Error validating access token"),
    "forbidden": (403, 200, 0, "(#200) Permissions error"),
    "rate_limited": (400, 80001, 0, "(#80001) There have been too many calls to this Page account."),
    "rate_limited_bare": (400, 32, 0, "(#32) Page request limit reached"),
    "rate_limited_odd": (400, 4, 0, "(#4) Application request limit reached"),
    "usage_capped": (400, 341, 0, "(#341) Feed action request limit reached"),
    "error": (400, 100, 0, "(#100) Invalid parameter"),
    "error_after": (500, 1, 0, "An unknown error occurred"),
}


def _graph_error(fault: Fault) -> Answer:
    status, code, subcode, message = _GRAPH.get(fault.kind, (500, 2, 0, "Service temporarily unavailable"))
    error = {
        "message": message,
        "type": "OAuthException",
        "code": fault.code or code,
        "fbtrace_id": "APracticeTrace",
        "is_transient": (fault.code or code) in (1, 2),
    }
    if fault.subcode or (subcode and not fault.code):
        error["error_subcode"] = fault.subcode or subcode
    return Answer(fault.status or status, {"error": error}, fault.headers)

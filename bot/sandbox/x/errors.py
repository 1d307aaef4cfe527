"""X's refusals, as problem documents."""

from __future__ import annotations

from typing import Any

from bot.sandbox.wire import Answer, Json, RefusedCall

PROBLEMS = "https://api.x.com/2/problems/"
PROBLEM_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str, kind: str = "", **more: Any) -> RefusedCall:
    body = {"title": title, "detail": detail, "type": PROBLEMS + kind if kind else "about:blank", **more}
    return RefusedCall(Answer(status, {**body, "status": status}, content_type=PROBLEM_TYPE))


def invalid(message: str, **parameters: list[str]) -> RefusedCall:
    body = {
        "errors": [{"parameters": parameters, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": PROBLEMS + "invalid-request",
    }
    return RefusedCall(Answer(400, body, content_type=PROBLEM_TYPE))


def unauthorized() -> RefusedCall:
    return problem(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str) -> RefusedCall:
    return problem(403, "Forbidden", detail)


def not_enrolled() -> RefusedCall:
    return problem(
        403,
        "Client Forbidden",
        "When authenticating requests to the X API v2 endpoints, you must use keys and tokens from a "
        "developer App that has the appropriate access level.",
        "client-forbidden",
        reason="client-not-enrolled",
        registration_url="https://developer.x.com/",
    )


def missing(kind: str, parameter: str, value: str, *, suspended: bool = False) -> Json:
    """One entry of `errors[]` beside a 200, or the whole of a 404."""
    reason = "User has been suspended" if suspended else f"Could not find {kind} with {parameter}: [{value}]."
    return {
        "value": value,
        "detail": reason,
        "title": "Forbidden" if suspended else "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }


def not_found(kind: str, parameter: str, value: str) -> RefusedCall:
    return RefusedCall(Answer(404, {**missing(kind, parameter, value), "status": 404}, content_type=PROBLEM_TYPE))

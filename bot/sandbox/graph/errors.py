"""Graph's refusals: decide on code and subcode, not on the status."""

from __future__ import annotations

from bot.sandbox.wire import Answer, Json, RefusedCall


def graph_error(code: int, message: str, *, subcode: int = 0, status: int = 400, user_message: str = "") -> RefusedCall:
    error: Json = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "APracticeTrace",
        "is_transient": False,
    }
    if subcode:
        error["error_subcode"] = subcode
    if user_message:
        error |= {"error_user_title": "Facebook", "error_user_msg": user_message}
    return RefusedCall(Answer(status, {"error": error}))


def bad_parameter(message: str) -> RefusedCall:
    return graph_error(100, f"(#100) {message}")


def gone(ident: str, verb: str = "get") -> RefusedCall:
    message = (
        f"Unsupported {verb} request. Object with ID '{ident}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return graph_error(100, message, subcode=33)


def not_allowed(message: str) -> RefusedCall:
    return graph_error(200, f"(#200) {message}", status=403)


def dead_token(subcode: int) -> RefusedCall:
    return graph_error(190, "Error validating access token.", subcode=subcode)

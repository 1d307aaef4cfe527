"""Rate limits, the day's cap of the app, and the credit balance; time comes from the sandbox clock."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.wire import Answer, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import APP, Caller
from bot.sandbox.x.errors import PROBLEM_TYPE, problem

WINDOW_S, DAY_S = 900, 86_400
# route -> calls in 15 minutes for one user, and for the app
LIMITS: Mapping[str, Mapping[str, int]] = {
    "create": {"user": 100},
    "delete": {"user": 50},
    "hide": {"user": 50},
    "mute": {"user": 50},
    "unmute": {"user": 50},
    "block": {"user": 50},
    "unblock": {"user": 50},
    "me": {"user": 75},
    "user": {"user": 900, "app": 300},
    "users": {"user": 900, "app": 300},
    "timeline": {"user": 900, "app": 10_000},
    "mentions": {"user": 300, "app": 450},
    "search": {"user": 300, "app": 450},
    "tweet": {"user": 900, "app": 450},
    "tweets": {"user": 5000, "app": 3500},
    "quotes": {"user": 75, "app": 75},
    "blocking": {"user": 15},
    "muting": {"user": 15},
    "media_upload": {"user": 500},
    "media_initialize": {"user": 1875},
    "media_append": {"user": 1875},
    "media_finalize": {"user": 1875},
    "webhooks": {"app": 450},
    "subscriptions": {"app": 500},
}


def spend_call(world: World, route: str, caller: Caller) -> dict[str, str]:
    """Count this call and return its headers; raises X's 429 or 402 when nothing is left."""
    _refuse_without_credit(world)
    limits = {**LIMITS.get(route, {}), **world.knobs.rate_limits.get(route, {})}
    headers: dict[str, str] = {}
    if route == "create":
        headers |= _use(world, "create-day", APP, world.knobs.creates_per_day, DAY_S, "app-limit-24hour")
    who = "user" if caller.person else "app"
    if "app" in limits and caller.person:
        _use(world, route, APP, limits["app"], WINDOW_S, "rate-limit")
    if who in limits:
        headers |= _use(world, route, caller.name, limits[who], WINDOW_S, "rate-limit")
    return headers


def _use(world: World, route: str, who: str, limit: int, window_s: int, word: str) -> dict[str, str]:
    now = world.now().timestamp()
    start = now - now % window_s
    window, used = world.x.calls.get((route, who), (start, 0))
    used = used if window == start else 0
    left = limit - used
    headers = {
        f"x-{word}-limit": str(limit),
        f"x-{word}-remaining": str(max(0, left - 1)),
        f"x-{word}-reset": str(int(start + window_s + world.knobs.header_skew_s)),
    }
    if left <= 0:
        raise _too_many(headers)
    world.x.calls[(route, who)] = (start, used + 1)
    return headers


def _too_many(headers: dict[str, str]) -> Exception:
    refusal = problem(429, "Too Many Requests", "Too Many Requests")
    body: Json = refusal.answer.body
    refusal.answer = Answer(429, body, headers, content_type=PROBLEM_TYPE)
    return refusal


def _refuse_without_credit(world: World) -> None:
    balance = world.knobs.credit_usd
    if balance is not None and world.x.spent_usd >= balance:
        raise problem(
            402,
            "CreditsDepleted",
            "Your enrolled account does not have any credits to fulfill this request.",
            "credits-depleted",
        )


def charge(world: World, usd: float) -> None:
    world.x.spent_usd = round(world.x.spent_usd + usd, 6)

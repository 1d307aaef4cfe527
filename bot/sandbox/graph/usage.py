"""The Page's budget of calls: headers that rise, and 80001 at 100 percent."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from bot.sandbox.graph.auth import GraphCaller
from bot.sandbox.graph.errors import graph_error
from bot.sandbox.wire import RefusedCall
from bot.sandbox.world import World

HOUR_S = 3600


def spend_call(world: World, caller: GraphCaller) -> dict[str, str]:
    """Count this call of the Page and return its usage headers; raises 80001 when the hour is used up."""
    page = caller.page
    if page is None:
        return {"x-app-usage": json.dumps(_percent(0))}
    now = world.now().timestamp()
    page.calls = [at for at in page.calls if at > now - HOUR_S]
    share = 100 * len(page.calls) / world.knobs.graph_calls_per_hour
    wait_s = HOUR_S - (now - page.calls[0]) if page.calls and share >= 100 else 0
    headers = _headers(page.id, int(min(share, 100)), math.ceil(wait_s / 60))
    if share >= 100:
        refusal = graph_error(
            80001, "(#80001) There have been too many calls to this Page account. Wait a bit and try again."
        )
        raise RefusedCall(replace(refusal.answer, headers=headers))
    page.calls.append(now)
    return headers


def _percent(share: int) -> dict[str, int]:
    return {"call_count": share, "total_time": share // 2, "total_cputime": share // 3}


def _headers(page_id: str, share: int, minutes: int) -> dict[str, str]:
    use = {"type": "pages", **_percent(share), "estimated_time_to_regain_access": minutes}
    return {
        "x-app-usage": json.dumps(_percent(share)),
        "x-business-use-case-usage": json.dumps({page_id: [use]}),
    }

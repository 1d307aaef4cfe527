"""A page with every building block of the desks, filled with hostile words."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi.responses import Response

from bot.console.guard import SIGNED_IN, Here, Room
from bot.console.show import ENVIRONMENT, page
from bot.domain.posts import Content, Hold, Media, Post, PostState, Revision, Slot
from bot.store.audit import Event
from moderation.cases import CaseState

HOSTILE: Final = '<script>alert("x")</script>\u202e{{ 7*7 }}'
_BLOCKS: Final = """
{% extends "base.html" %}
{% block main %}
{% call ui.head(bad, bad, "/", "do.back") %}{{ ui.link("/", bad, "primary") }}{% endcall %}
{% for kind in ("note", "good", "warn", "bad") %}{{ ui.say(kind, bad, bad) }}{% endfor %}
{{ ui.problem(bad) }}{{ ui.empty(bad, "/", bad) }}
{% call ui.details(bad, open=true) %}<p>{{ bad|words }}</p>{% endcall %}
{% call ui.tiles() %}{{ ui.tile(bad, 3, "/", "bad") }}{{ ui.tile(bad, 0) }}{% endcall %}
{% call ui.table(bad, [bad, bad], kind="stacked") %}<tr><td>{{ bad }}</td><td class="number">1</td></tr>{% endcall %}
{{ ui.chart("/charts/week.svg", bad, [bad, bad], [(bad, 1), (bad, 2)]) }}
{{ ui.pages(2, 10, 35) }}{{ ui.pages(1, 10, 0) }}
{% call ui.filters() %}
{{ ui.field("q", bad, bad, optional=true) }}{{ ui.select("s", bad, [("a", bad), ("b", bad)], "b") }}
{% endcall %}
{% call ui.form("/gallery", files=true) %}
{{ ui.field("one", bad, bad, hint=bad, error=bad, more={"maxlength": 9}) }}
{{ ui.area("two", bad, bad, hint=bad) }}{{ ui.select("three", bad, [("a", bad)], error=bad) }}
{{ ui.check("four", bad, true, hint=bad) }}{{ ui.radios("five", bad, [("a", bad), ("b", bad)], "b", hint=bad) }}
{{ ui.field("six", bad, type="file") }}{{ ui.field("seven", bad, type="date") }}
{% call ui.buttons() %}{{ ui.button(bad, "primary", "act", bad, "a") }}{{ ui.button(bad) }}{% endcall %}
{% endcall %}
{% call ui.confirm("/gallery", bad, bad, hidden={"x": bad}) %}{{ ui.area("why", bad) }}{% endcall %}
{% for state in post_states %}{{ ui.post_chip(state) }}{% endfor %}
{% for state in case_states %}{{ ui.case_chip(state) }}{% endfor %}
{% for number in range(4) %}{{ ui.lane(number) }}{% endfor %}
{{ ui.scope("all") }}{{ ui.scope("platform:x") }}{{ ui.scope("account:" ~ bad) }}{{ ui.subject("post:1") }}
{{ ui.subject(bad) }}{{ ui.subject("user:" ~ bad) }}
{{ ui.post_card(post, "/") }}
{{ ui.diff(bad, "手数料は6000円" ~ bad, bad, "手数料は9000円" ~ bad) }}
{{ ui.timeline(events, bad) }}
<div class="columns"><p class="quote">{{ bad|words }}</p><p>{{ ago(events[0].at) }} {{ ago(soon) }} {{ day(soon) }}</p></div>
{% endblock %}
"""


def gallery() -> Room:
    room = Room()

    @room.page("/gallery", SIGNED_IN)
    def show(visit: Here) -> Response:
        now = visit.now
        slot = Slot(now, now + timedelta(hours=1))
        content = Content(HOSTILE, link="javascript:alert(1)", media=(Media(HOSTILE, "0", "image/png"),))
        revision = Revision(1, HOSTILE, content, slot, HOSTILE, now)
        post = Post(1, HOSTILE, HOSTILE, PostState.HELD, revision, 1, hold=Hold.LATE, note=HOSTILE)
        event = Event(1, now - timedelta(days=3), HOSTILE, "post.held", HOSTILE, "", {}, "", "")
        return page(
            visit,
            ENVIRONMENT.from_string(_BLOCKS),
            bad=HOSTILE,
            post=post,
            events=[event],
            soon=now + timedelta(minutes=5),
            post_states=list(PostState),
            case_states=list(CaseState),
        )

    return room

"""Being told by X: what an account without an OAuth 2.0 token gets, and a webhook that X gave up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import AuthExpired
from bot.platforms import X
from bot.platforms.x.activity import PRIVATE, PUBLIC
from bot.sandbox import Sandbox, SettableClock
from tests.platforms.stage import X_APP, X_TOKENS, account, x_adapter

URL = "http://127.0.0.1:9/hooks/x"
TOKYO = account("IMMI_TOKYO", Platform.X)


def known_to_x(sandbox: Sandbox, *, valid: bool = True) -> None:
    sandbox.world.x.webhooks["77"] = {"id": "77", "url": URL, "valid": valid}


def test_without_an_oauth2_token_public_events_are_told_and_private_ones_are_named(
    sandbox: Sandbox, clock: SettableClock
) -> None:
    known_to_x(sandbox)
    x = x_adapter(sandbox.urls.x, clock)

    found = x.pushing(TOKYO, URL, ask=True)

    assert set(found.told) == set(PUBLIC)
    assert found.missing == PRIVATE


def test_looking_asks_for_nothing(sandbox: Sandbox, clock: SettableClock) -> None:
    known_to_x(sandbox)

    found = x_adapter(sandbox.urls.x, clock).pushing(TOKYO, URL, ask=False)

    assert found.told == ()
    assert not sandbox.world.x.subscriptions


def test_a_webhook_that_x_gave_up_is_proved_again_before_it_counts(sandbox: Sandbox, clock: SettableClock) -> None:
    known_to_x(sandbox, valid=False)  # and nobody answers at that address

    found = x_adapter(sandbox.urls.x, clock).pushing(TOKYO, URL, ask=True)

    assert found.told == ()
    assert not sandbox.world.x.subscriptions


def test_without_the_apps_token_it_says_what_to_add(sandbox: Sandbox, clock: SettableClock) -> None:
    x = X(replace(X_APP, bearer_token=""), X_TOKENS, clock=clock, base_url=sandbox.urls.x)

    with pytest.raises(AuthExpired, match="bearer_token"):
        x.pushing(TOKYO, URL, ask=True)

"""Tokens never reach a log line, an exception or a repr, whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.domain.accounts import Account, Platform
from bot.domain.errors import PlatformError
from bot.domain.posts import Content
from bot.platforms import Facebook, FacebookApp, FacebookPage, X, XAccount, XApp
from bot.platforms.facebook.graph import appsecret_proof
from bot.sandbox import KINDS, Sandbox, SettableClock
from tests.platforms.stage import (
    APP,
    FACEBOOK_APP,
    NAGOYA,
    PAGE_TOKENS,
    PNG,
    SECRETS,
    THU_10_JST,
    X_APP,
    X_TOKENS,
    account,
    facebook_adapter,
    x_adapter,
)

WORDS = "極秘の下書き"
HIDDEN = (*SECRETS, appsecret_proof(APP.app_secret, NAGOYA.page_token), WORDS)
TOKYO = account("IMMI_TOKYO", Platform.X)
PAGE = account("nagoya.nyukan.support", Platform.FACEBOOK)
FAULTS = sorted(KINDS)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, its cause and its context, to the end."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def spoken(error: BaseException) -> str:
    return " ".join(f"{each!r} {each} {vars(each)}" for each in chain(error))


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What our side of the wire wrote; the practice server logs the addresses that reach it."""
    ours = (each for each in caplog.records if not each.name.startswith(("uvicorn", "asyncio")))
    return "\n".join(f"{each.name} {each.getMessage()} {each.exc_text}" for each in ours)


def assert_silent(text: str) -> None:
    assert not [secret for secret in HIDDEN if secret in text]


def attempts(platform: X | Facebook, where: Account) -> Iterator[str]:
    """One call of each kind; gives whatever the exceptions say."""
    calls = (
        platform.whoami,
        lambda a: platform.publish(a, Content(WORDS), ()),
        lambda a: platform.own_posts(a, since=THU_10_JST),
        lambda a: platform.hide(a, "99"),
        lambda a: platform.upload(a, PNG, "image/png", WORDS),
        lambda a: platform.unblock(a, "77"),
    )
    for call in calls:
        try:
            call(where)
        except PlatformError as exc:
            yield spoken(exc)


@pytest.mark.parametrize("kind", FAULTS)
def test_no_fault_makes_a_token_or_a_word_visible(
    sandbox: Sandbox, clock: SettableClock, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    x, facebook = (
        x_adapter(sandbox.urls.x, clock, read_s=0.15),
        facebook_adapter(sandbox.urls.facebook, clock, read_s=0.15),
    )
    seconds = {"seconds": 0.2} if kind in {"slow", "hang_before", "hang_after"} else {}
    sandbox.fault(kind, times=50, platform="x", **seconds)
    sandbox.fault(kind, times=50, platform="facebook", **seconds)

    said = [*attempts(x, TOKYO), *attempts(facebook, PAGE)]

    assert_silent(" ".join(said))
    assert_silent(logged(caplog))
    x.close()
    facebook.close()


def test_an_unreachable_platform_says_nothing_either(clock: SettableClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    x, facebook = x_adapter("http://127.0.0.1:9", clock), facebook_adapter("http://nowhere.invalid", clock)

    said = [*attempts(x, TOKYO), *attempts(facebook, PAGE)]

    assert len(said) == 12
    assert_silent(" ".join(said) + logged(caplog))
    x.close()
    facebook.close()


def test_no_vendor_exception_hangs_on_ours(clock: SettableClock) -> None:
    """Vendor exceptions carry the request, and the request carries the token."""
    for platform, where in (
        (x_adapter("http://127.0.0.1:9", clock), TOKYO),
        (facebook_adapter("http://127.0.0.1:9", clock), PAGE),
    ):
        with pytest.raises(PlatformError) as told:
            platform.publish(where, Content("はい"), ())
        assert [type(each).__module__ for each in chain(told.value)] == ["bot.domain.errors"]
        platform.close()


@pytest.mark.parametrize(
    "name", ["tweepy.client", "oauthlib.oauth1.rfc5849", "requests_oauthlib.oauth1_auth", "urllib3.connectionpool"]
)
def test_the_libraries_debug_lines_stay_off_whatever_the_root_level(clock: SettableClock, name: str) -> None:
    x_adapter("http://127.0.0.1:9", clock).close()
    assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


def test_credentials_do_not_show_themselves() -> None:
    holders: list[XApp | XAccount | FacebookApp | FacebookPage] = [
        X_APP,
        FACEBOOK_APP,
        *X_TOKENS.values(),
        *PAGE_TOKENS.values(),
    ]
    assert_silent(" ".join(f"{each!r} {each}" for each in holders))


def test_a_token_without_an_owner_is_noticed() -> None:
    assert XAccount("12345-abc", "s").user_id == "12345"
    assert XAccount("abcdef", "s").user_id == ""
    assert XAccount("me-abc", "s").user_id == ""

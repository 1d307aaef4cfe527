"""Media go up byte for byte, with their alt text, and may always be uploaded again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import PlatformError, Rejected
from bot.platforms import X
from bot.sandbox import Sandbox, SettableClock
from tests.platforms.canned import Canned, as_json
from tests.platforms.stage import PNG, account, x_adapter

IMMI_TOKYO = account("IMMI_TOKYO", Platform.X)
IMMI_OSAKA = account("IMMI_OSAKA", Platform.X)
CREATED = as_json(201, {"data": {"id": "1990000000000000001", "text": "はい"}})


@pytest.fixture
def x(canned: Canned, clock: SettableClock) -> Iterator[X]:
    adapter = x_adapter(canned.url, clock)
    yield adapter
    adapter.close()


@pytest.fixture
def practice(sandbox: Sandbox, clock: SettableClock) -> Iterator[X]:
    adapter = x_adapter(sandbox.urls.x, clock)
    yield adapter
    adapter.close()


def test_alt_text_is_set_and_read_back_before_the_post_exists(practice: X, sandbox: Sandbox) -> None:
    practice.upload(IMMI_TOKYO, PNG, "image/png", "受付窓口の地図")
    routes = [each.route for each in sandbox.requests("x")]
    assert routes == ["media_initialize", "media_append", "media_finalize", "media_metadata", "media"]


def test_the_picture_arrives_byte_for_byte(practice: X, sandbox: Sandbox) -> None:
    large = bytes(range(256)) * 10_000
    medium = practice.upload(IMMI_TOKYO, large, "image/png", "地図")
    assert sandbox.world.x.media[medium.media_id].content == large
    assert len(sandbox.requests("x", "media_append")) == 3


def test_lost_alt_text_is_noticed(canned: Canned, x: X) -> None:
    begun = as_json(200, {"data": {"id": "5", "media_key": "3_5"}})
    fine = as_json(200, {"data": {"id": "5"}})
    for shown in ("", "別の言葉"):
        canned.answers(begun, fine, fine, fine, as_json(200, {"data": {"media_key": "3_5", "alt_text": shown}}))
        with pytest.raises(PlatformError) as told:
            x.upload(IMMI_TOKYO, b"1", "image/png", "地図")
        assert told.value.code == "alt-lost"


def test_processing_is_waited_for_but_not_for_ever(practice: X, sandbox: Sandbox) -> None:
    sandbox.turn(media_processing_s=60)
    assert practice.upload(IMMI_TOKYO, b"GIF89a" * 50, "image/gif", "").media_id

    sandbox.turn(media_processing_s=100_000)
    with pytest.raises(PlatformError) as told:
        practice.upload(IMMI_TOKYO, b"GIF89a" * 50, "image/gif", "")
    assert (type(told.value).__name__, told.value.code) == ("NotSent", "processing")


def test_failed_processing_is_the_authors_turn(practice: X, sandbox: Sandbox) -> None:
    sandbox.turn(media_fails=True, media_processing_s=5)
    with pytest.raises(Rejected):
        practice.upload(IMMI_TOKYO, b"GIF89a" * 50, "image/gif", "")


@pytest.mark.parametrize(("mime", "alt"), [("application/pdf", "x"), ("", ""), ("image/png", "長" * 1001)])
def test_what_x_cannot_take_is_refused_before_any_call(canned: Canned, x: X, mime: str, alt: str) -> None:
    canned.answers(CREATED)
    with pytest.raises(Rejected):
        x.upload(IMMI_TOKYO, b"1", mime, alt)
    assert canned.arrived == []


@pytest.mark.parametrize("kind", ["reset_before", "error_after", "html_503", "list_after"])
@pytest.mark.parametrize("step", ["media_initialize", "media_append", "media_finalize", "media_metadata"])
def test_an_upload_that_breaks_may_simply_be_repeated(practice: X, sandbox: Sandbox, step: str, kind: str) -> None:
    sandbox.fault(kind, route=step)
    with pytest.raises(PlatformError) as told:
        practice.upload(IMMI_TOKYO, PNG, "image/png", "地図")
    assert type(told.value).__name__ == "NotSent"
    assert practice.upload(IMMI_TOKYO, PNG, "image/png", "地図").media_id

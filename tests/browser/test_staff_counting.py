"""The page counts as the server does: the same script, the same strings, in a real browser."""

from __future__ import annotations

import random
from typing import Final

from bot.domain.length import facebook_length, x_length
from tests.browser.conftest import Console
from tests.house import STAFF

PIECES: Final = (
    "窓口", "の", "お知らせ", "。", "、", " ", "\n", "\r\n", "ｶﾅ", "ABC", "xyz", "0570-013904", "Ａ", "é", "e\u0301", "が", "か\u3099",
    "https://www.moj.go.jp/isa/", "http://example.com/a(b)c", "moj.go.jp", "https://t.co/abc123", "example.co", "8.jp",
    "https://www.moj.go.jp/isa/日本語", "日本語.jp", "https://例え.テスト/", "a.b.c.com/path?x=1&y=2#z", "mail@example.com",
    "@example.com", "#example.com", "file.py", "go.jp。次", "http://a_b.example.com", "https://x.com:8080/a", "-x.com", "_y.org",
    "http://" + "a" * 64 + ".com", "https://xn--wgv71a119e.jp/", "HTTPS://WWW.MOJ.GO.JP/", "onion.onion", "co.uk", ".com", "www.",
    "😀", "👨\u200d👩\u200d👧", "🇯🇵", "1️⃣", "*️⃣", "©", "❤", "❤️", "👍🏽", "🏳️\u200d🌈", "\u200b", "\u202e", "\ufeff", "‼", "…", "—", "ไทย", "Việt",
    "本日は窓口がたいへん混み合っていますので時間に余裕をもってお越しください", "…", "ß", "\u200d", "مصر", "א", "\ud83d", "中国", "example.中国", "https://moj.go.jp/(a)(b(c))", "a@b/c.com", "//x.com", "..com", "x..com", "https://a.com/@user/",
)  # fmt: skip


def strings(number: int, seed: int = 20201202) -> list[str]:
    """Words, links, emoji and their neighbours glued together in every order."""
    some = random.Random(seed)
    return ["".join(some.choices(PIECES, k=some.randint(1, 9))) for _ in range(number)]


def test_the_page_counts_a_thousand_strings_as_the_server_does(console: Console) -> None:
    page = console.open("/compose", STAFF)
    texts = strings(1000)
    shown = page.evaluate(
        """async (texts) => { const count = await kouhouCount();
        return texts.map((units) => String.fromCharCode(...units)).map((text) => [count.x(text), count.facebook(text)]); }""",
        [_units(text) for text in texts],
    )
    told = [[x_length(text), facebook_length(text)] for text in texts]
    wrong = [(text, page_, server) for text, page_, server in zip(texts, shown, told, strict=True) if page_ != server]
    assert wrong == []
    assert len({each[0] for each in told}) > 50


def _units(text: str) -> list[int]:
    """UTF-16, so that halves of characters arrive as they are."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]

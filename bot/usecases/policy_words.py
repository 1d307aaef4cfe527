"""The clause texts of the policy version a case was judged under, in the moderator's language."""

from __future__ import annotations

import tomllib

from bot.domain.judging import PolicyVersion
from bot.usecases import wordings
from moderation.categories import Category
from moderation.policy import Policy


def clause_words(stored: PolicyVersion | None, locale: str, *, live: Policy) -> tuple[dict[Category, str], bool]:
    """The nine texts, and whether they are exactly those of that version.

    A stored version may bring its own words in ``[wording.<language>]``; its English ``[clauses]`` are used for
    English readers. Without a stored version the words that ship are shown.
    """
    language = wordings.PLAIN_JAPANESE if locale == "easy" else locale
    shipped = wordings.clauses(language)
    if stored is None:
        return shipped, False
    table = tomllib.loads(stored.text)
    own = table.get("wording", {}).get(language) or (table.get("clauses", {}) if language == "en" else {})
    words = {category: str(own.get(str(int(category)), shipped[category])) for category in Category}
    return words, bool(own) or table.get("clauses") == {str(int(c)): text for c, text in live.clauses.items()}

"""The clause texts of the policy version a case was judged under, in the moderator's language."""

from __future__ import annotations

import tomllib

from bot.domain.judging import PolicyVersion
from bot.usecases import wordings
from moderation.categories import Category
from moderation.drafts import shipped_text


def words_beside(text: str) -> dict[str, dict[str, str]]:
    """The clauses by language as they are shown with this text today, to be kept with the version; none for a text whose
    clauses are not those that ship: nobody has put them into other languages but the text itself.
    """
    if tomllib.loads(text).get("clauses") != tomllib.loads(shipped_text())["clauses"]:
        return {}
    languages = wordings.clause_languages()
    return {each: {str(int(c)): words for c, words in wordings.clauses(each).items()} for each in languages}


def clause_words(stored: PolicyVersion | None, locale: str) -> tuple[dict[Category, str], bool]:
    """The nine texts, and whether they are exactly those of that version.

    A stored version may bring its own words in ``[wording.<language>]``; its English ``[clauses]`` are used for
    English readers, and the words that stood beside it are kept with it. Else the words that ship today are shown.
    """
    language = wordings.PLAIN_JAPANESE if locale == "easy" else locale
    shipped = wordings.clauses(language)
    if stored is None:
        return shipped, False
    table = tomllib.loads(stored.text)
    own = table.get("wording", {}).get(language) or (table.get("clauses", {}) if language == "en" else {})
    known = {**stored.wordings.get(language, {}), **own}
    words = {category: str(known.get(str(int(category)), shipped[category])) for category in Category}
    return words, len(known) >= len(Category)

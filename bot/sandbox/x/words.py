"""The words of the two dialects, and what one request asked for; inside this room all words are new ones."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.wire import Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.errors import invalid

# old word -> new word, in fields, expansions and answers
NEW_WORDS = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "most_recent_tweet_id": "most_recent_post_id",
    "pinned_tweet_id": "pinned_post_id",
    "retweet_count": "repost_count",
    "tweets": "posts",
}
_OLD_WORDS = {new: old for old, new in NEW_WORDS.items()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# fields until 2.166, expansions since 2.167: taken both ways
_MOVED = _words("author_id in_reply_to_user_id referenced_posts edit_history_post_ids")
_FIELDS = _MOVED | _words(
    "article article_title attachments card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls entities geo id lang media_metadata non_public_metrics note_post "
    "organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics reply_settings "
    "scopes source text withheld"
)
_EXPANSIONS = _MOVED | _words(
    "attachments.media_keys attachments.poll_ids entities.mentions.username geo.place_id username "
    "referenced_posts.id referenced_posts.id.author_id most_recent_post_id pinned_post_id affiliation"
)
_USER_FIELDS = _words(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified "
    "location most_recent_post_id name parody pinned_post_id profile_banner_url profile_image_url protected "
    "public_metrics receives_your_dm subscription subscription_type url username verified "
    "verified_followers_count verified_type withheld"
)
_MEDIA_FIELDS = _words("alt_text duration_ms height media_key preview_image_url public_metrics type url variants width")


def _new(word: str) -> str:
    head, dot, tail = word.partition(".")
    return NEW_WORDS.get(head, head) + dot + tail


@dataclass(frozen=True, slots=True)
class Words:
    """What one request asked for, and in whose words the answer speaks; inside, all words are new."""

    new_names: bool
    fields: frozenset[str]
    expansions: frozenset[str]
    user_fields: frozenset[str]
    media_fields: frozenset[str]

    @classmethod
    def of(cls, world: World, call: Call) -> Words:
        dialect = world.knobs.dialect
        _refuse_other_dialect(call, dialect)
        fields = _listed(call, "tweet.fields", _FIELDS) | _listed(call, "post.fields", _FIELDS)
        expansions = _listed(call, "expansions", _EXPANSIONS)
        asked_new = bool(call.param("post.fields")) or "referenced_posts" in call.param("expansions")
        return cls(
            dialect == "post" or (dialect == "mixed" and asked_new),
            frozenset(fields),
            frozenset(expansions),
            frozenset(_listed(call, "user.fields", _USER_FIELDS)),
            frozenset(_listed(call, "media.fields", _MEDIA_FIELDS)),
        )

    def say(self, facts: Json) -> Json:
        """The facts in the words of the answer's dialect."""
        if self.new_names:
            return facts
        return {
            _OLD_WORDS.get(key, key): self.say(value) if key == "public_metrics" else value
            for key, value in facts.items()
        }


def _refuse_other_dialect(call: Call, dialect: str) -> None:
    wrong = {"tweet": "post.fields", "post": "tweet.fields"}.get(dialect, "")
    if wrong and call.param(wrong):
        raise invalid(f"The query parameter [{wrong}] is not one of the parameters of this endpoint", **{wrong: []})


def _listed(call: Call, name: str, known: frozenset[str]) -> set[str]:
    words = {word for word in call.param(name).split(",") if word}
    strangers = sorted(word for word in words if _new(word) not in known)
    if strangers:
        raise invalid(
            f"The `{name}` query parameter value [{strangers[0]}] is not one of the known ones",
            **{name: strangers},
        )
    return {_new(word) for word in words}

"""Makes `x_schema.json` from X's OpenAPI file: names, types and required properties of the answers we emit.

    python tests/sandbox/trim_schema.py PATH_TO_OPENAPI_JSON

X's own file stays outside the project (its licence is the X Developer Agreement); what is kept here are bare
facts about the shape of a few answers, without any of its words. Objects are closed on the way, so that a
property that X does not know fails the test.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

KEPT = ("type", "required", "enum", "pattern", "minItems", "maxItems", "minimum", "maximum")
# route of the sandbox -> where X's file describes its answer
ANSWERS = {
    "create": ("/2/tweets", "post", "201"),
    "tweets": ("/2/tweets", "get", "200"),
    "tweet": ("/2/tweets/{id}", "get", "200"),
    "delete": ("/2/tweets/{id}", "delete", "200"),
    "hide": ("/2/tweets/{tweet_id}/hidden", "put", "200"),
    "quotes": ("/2/tweets/{id}/quote_tweets", "get", "200"),
    "search": ("/2/tweets/search/recent", "get", "200"),
    "me": ("/2/users/me", "get", "200"),
    "user": ("/2/users/by/username/{username}", "get", "200"),
    "users": ("/2/users/by", "get", "200"),
    "timeline": ("/2/users/{id}/tweets", "get", "200"),
    "mentions": ("/2/users/{id}/mentions", "get", "200"),
    "muting": ("/2/users/{id}/muting", "get", "200"),
    "mute": ("/2/users/{id}/muting", "post", "200"),
    "unmute": ("/2/users/{source_user_id}/muting/{target_user_id}", "delete", "200"),
    "blocking": ("/2/users/{id}/blocking", "get", "200"),
    "media_upload": ("/2/media/upload", "post", "200"),
    "media_status": ("/2/media/upload", "get", "200"),
    "media_initialize": ("/2/media/upload/initialize", "post", "200"),
    "media_append": ("/2/media/upload/{id}/append", "post", "200"),
    "media_finalize": ("/2/media/upload/{id}/finalize", "post", "200"),
    "media_metadata": ("/2/media/metadata", "post", "200"),
    "media": ("/2/media/{media_key}", "get", "200"),
    "POST subscriptions": ("/2/activity/subscriptions", "post", "200"),
    "GET subscriptions": ("/2/activity/subscriptions", "get", "200"),
    "PUT subscriptions": ("/2/activity/subscriptions/{subscription_id}", "put", "200"),
    "DELETE subscriptions": ("/2/activity/subscriptions/{subscription_id}", "delete", "200"),
    "POST webhooks": ("/2/webhooks", "post", "200"),
    "GET webhooks": ("/2/webhooks", "get", "200"),
    "PUT webhooks": ("/2/webhooks/{webhook_id}", "put", "200"),
    "DELETE webhooks": ("/2/webhooks/{webhook_id}", "delete", "200"),
    "POST webhooks/replay": ("/2/webhooks/replay", "post", "200"),
}
# parts of the objects that the practice platforms never show
DROPPED = {
    "article", "article_title", "card_uri", "community_id", "context_annotations", "geo", "matched_media_notes",
    "media_metadata", "non_public_metrics", "note_request_suggestions", "organic_metrics", "promoted_metrics",
    "scopes", "suggested_source_links", "suggested_source_links_with_counts", "withheld", "places", "polls",
    "topics", "affiliation", "connection_status", "subscription_type", "variants", "paid_partnership",
}  # fmt: skip


class Trimmer:
    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas = document["components"]["schemas"]
        self.defs: dict[str, Any] = {}

    def trim(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in self.defs:
                self.defs[name] = {}
                self.defs[name] = self.trim(self._schemas[name])
            return {"$ref": f"#/$defs/{name}"}
        kept: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
        if schema.get("nullable") and "type" in kept:
            kept["type"] = [kept["type"], "null"]
        if "properties" in schema:
            shown = {key: item for key, item in schema["properties"].items() if key not in DROPPED}
            kept["properties"] = {key: self.trim(item) for key, item in shown.items()}
            kept["additionalProperties"] = False
        if "items" in schema:
            kept["items"] = self.trim(schema["items"])
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                kept["anyOf"] = [self.trim(item) for item in schema[choice]]
        return kept


def trimmed(document: dict[str, Any]) -> dict[str, Any]:
    trimmer = Trimmer(document)
    answers = {}
    for route, (path, method, status) in ANSWERS.items():
        answer = document["paths"][path][method]["responses"][status]
        answers[route] = trimmer.trim(answer["content"]["application/json"]["schema"])
    return {"made_from": document["info"]["version"], "answers": answers, "$defs": trimmer.defs}


def main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target = Path(__file__).with_name("x_schema.json")
    target.write_text(one_line_each(trimmed(document)), encoding="utf-8")


def one_line_each(facts: dict[str, Any]) -> str:
    """JSON with a line for each answer and each definition: small, and readable as a difference."""
    parts = [f'"made_from": {json.dumps(facts["made_from"])}']
    for part in ("answers", "$defs"):
        lines = [f"{json.dumps(key)}: {json.dumps(item, sort_keys=True)}" for key, item in facts[part].items()]
        parts.append(f'"{part}": {{\n' + ",\n".join(sorted(lines)) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()

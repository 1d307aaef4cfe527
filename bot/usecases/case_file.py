"""One case as one archive, for police, counsel or a disclosure request: everything, with a hash of every file.

Moderators appear under pseudonyms that are the same within this service and mean nothing outside.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.domain.cases import Decision
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import SERVICE, Person, Role, require
from bot.store import audit, cases, policies
from bot.store.database import Tx
from bot.usecases.case_view import CaseView, case_view, concealed
from bot.usecases.decide import WHY_NOT
from bot.usecases.parts import Parts
from moderation.drafts import shipped_text
from moderation.jsonl import finding_json, signal_json


def export_case(parts: Parts, case_id: int, *, purpose: str, by: Person, now: datetime) -> bytes:
    """The archive as bytes. A reviewer or admin says for whom and why; the export is an event of the chain."""
    if not purpose.strip():
        raise BadInput("Write for whom and on what legal ground the file is made.", key="purpose").worded(
            "problem.file-purpose"
        )
    with parts.store.begin() as tx:
        case = cases.get(tx, case_id)
        today = parts.today(parts.registry().office(case.office), now)
        if not by.may(Role.ADMIN, case.office, today):
            require(by, Role.REVIEWER, case.office, today)
        if concealed(tx, case, by):  # the file would tell the proposal to who still has to look without it
            raise NotAllowed(WHY_NOT["look-first"]).worded("why-not.look-first")
        files = _files(parts, tx, case_view(parts, tx, case_id, by=by, now=now), purpose.strip(), by, now)
        manifest = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        files["manifest.sha256"] = "".join(f"{digest}  {name}\n" for name, digest in manifest.items()).encode()
        whole = hashlib.sha256(files["manifest.sha256"]).hexdigest()
        audit.append(tx, by, "case.exported", f"case:{case_id}", at=now, office=case.office, manifest=whole)
    return _zip(files, now)


def pseudonym(tx: Tx, login: str) -> str:
    """The name under which a member of staff appears outside; the service keeps its own name."""
    if login in ("", SERVICE.login):
        return login
    return f"moderator-{tx.seal.fingerprint(f'moderator:{login}')[:8]}"


def _files(parts: Parts, tx: Tx, view: CaseView, purpose: str, by: Person, now: datetime) -> dict[str, bytes]:
    stored = policies.by_version(tx, view.case.policy)
    texts = {
        f"reply/version-{each.number}.txt": (each.text or "(erased)").encode("utf-8", "replace")
        for each in view.wordings
    }
    if view.answered is not None:
        texts["post.txt"] = view.answered.text.encode("utf-8", "replace")
    return {
        **texts,
        "case.json": _json(_case(tx, view, purpose, by, now)),
        "reply.json": _json(_reply(view)),
        "thread.json": _json([_said(each) for each in view.thread]),
        "verdict.json": _json(_verdict(view)),
        "policy.toml": (stored.text if stored else shipped_text()).encode(),
        "decisions.json": _json([_decision(tx, each) for each in view.decisions]),
        "acts.json": _json([_act(tx, each) for each in view.commands]),
        "objections.json": _json([_objection(tx, each) for each in view.appeals]),
        "chain.json": _json(_chain(tx, view.case.id)),
    }


def _case(tx: Tx, view: CaseView, purpose: str, by: Person, now: datetime) -> dict[str, Any]:
    case = view.case
    return {
        "case": case.id,
        "account": view.account.handle,
        "office": case.office,
        "platform": case.platform,
        "state": case.state,
        "step": case.step.word,
        "categories": {str(int(each)): view.clauses[each] for each in case.labels},
        "policy": case.policy,
        "opened_at": case.opened_at,
        "purpose": purpose,
        "made_by": pseudonym(tx, by.login),
        "made_at": now,
    }


def _reply(view: CaseView) -> dict[str, Any]:
    reply = view.reply
    return _said(reply) | {
        "permalink": view.permalink,
        "conversation": reply.conversation_id,
        "collected_at": reply.collected_at,
        "edited_at": reply.edited_at,
        "gone_at": reply.gone_at,
        "attachments": [{"address": each, "sha256_of_address": _sha(each)} for each in reply.attachments],
    }


def _said(reply: Any) -> dict[str, Any]:
    return {
        "platform_id": reply.platform_id,
        "author": {"id": reply.author_id, "handle": reply.author.handle, "name": reply.author.name},
        "text": reply.text,
        "written_at": reply.written_at,
    }


def _verdict(view: CaseView) -> dict[str, Any]:
    verdict = view.verdict
    return {
        "policy": verdict.policy,
        "reply_version": verdict.reply_version,
        "action": verdict.action,
        "labels": [int(each) for each in verdict.labels],
        "scores": {str(int(category)): score for category, score in verdict.scores.items()},
        "findings": [finding_json(each) for each in verdict.findings],
        "signals": [signal_json(each) for each in verdict.signals],
        "at": verdict.at,
    }


def _decision(tx: Tx, made: Decision) -> dict[str, Any]:
    return {
        "by": pseudonym(tx, made.by),
        "move": made.move,
        "step": made.step.word,
        "clause": made.category.clause if made.category else "",
        "policy": made.policy,
        "reason": made.reason,
        "why_not_less": made.why_not_less,
        "at": made.at,
    }


def _act(tx: Tx, command: Any) -> dict[str, Any]:
    return {
        "verb": command.verb,
        "state": command.state,
        "asked_by": pseudonym(tx, command.asked_by),
        "asked_at": command.asked_at,
        "done_at": command.done_at,
        "seen": dict(command.seen),
    }


def _objection(tx: Tx, appeal: Any) -> dict[str, Any]:
    kept = asdict(appeal)
    return kept | {"entered_by": pseudonym(tx, appeal.entered_by), "judged_by": pseudonym(tx, appeal.judged_by)}


def _chain(tx: Tx, case_id: int) -> list[dict[str, Any]]:
    """The events of the case with their links; whoever has the whole chain can prove that they stand in it."""
    events = audit.about(tx, f"case:{case_id}")
    return [
        {"seq": e.seq, "at": e.at, "what": e.what, "by": pseudonym(tx, e.actor), "previous": e.previous, "hash": e.hash}
        for e in events
    ]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain).encode("utf-8", "replace")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _zip(files: dict[str, bytes], now: datetime) -> bytes:
    """The same case at the same instant gives the same bytes."""
    out = io.BytesIO()
    stamp = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, stamp), data)
    return out.getvalue()

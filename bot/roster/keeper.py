"""The roster in force: follows the file, survives a bad one, and writes it so that nobody's change is lost."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.domain.accounts import Registry
from bot.roster.diff import RosterChange, diff
from bot.roster.edit import Change, apply
from bot.roster.load import Loaded, load, parse, sha256
from bot.roster.merge import Conflict, merge
from bot.roster.problems import RosterError


@dataclass(frozen=True, slots=True)
class Refresh:
    """What one look at the file found. ``refused`` tells why the last good roster stays in force."""

    changes: tuple[RosterChange, ...] = ()
    refused: RosterError | None = None
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A written change; ``merged`` if the file had moved on under the draft."""

    loaded: Loaded
    changes: tuple[RosterChange, ...]
    merged: bool


class Keeper:
    """Holds the last good roster of one file. The first load must succeed: ``RosterError`` otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loaded = load(path)
        self.refused: RosterError | None = None
        self._seen = self.loaded.sha256

    @property
    def registry(self) -> Registry:
        return self.loaded.registry

    def refresh(self) -> Refresh:
        """Look at the file once; cheap when its content is as before, and never raises for a bad file."""
        try:
            seen = sha256(self.path.read_bytes())
            if seen == self._seen:
                return Refresh(refused=self.refused)
            fresh = load(self.path)
        except OSError:
            return self._refuse(_unreadable(self.path), "")
        except RosterError as problem:
            return self._refuse(problem, seen)
        changes = diff(self.registry, fresh.registry)
        self.loaded, self.refused, self._seen = fresh, None, fresh.sha256
        return Refresh(changes, replaced=True)

    def _refuse(self, problem: RosterError, seen: str) -> Refresh:
        self.refused, self._seen = problem, seen
        return Refresh(refused=problem)

    def save(self, changes: Sequence[Change], *, base: str) -> Saved:
        """Write a draft made against the text ``base``.

        Raises ``Conflict`` if the file has meanwhile changed in the same place, ``EditRefused`` if a change cannot be
        made cleanly, ``RosterError`` if the result would be no good roster. In each case the file is untouched.
        """
        with _alone(self.path):
            before, fresh = self._prepared(changes, base)
            while sha256(self.path.read_bytes()) != before.sha256:  # an editor saved in this very moment
                before, fresh = self._prepared(changes, base)
            write_whole(self.path, fresh.text.encode("utf-8"))
        self.loaded, self.refused, self._seen = fresh, None, fresh.sha256
        return Saved(fresh, diff(before.registry, fresh.registry), merged=before.text != base)

    def replace(self, text: str, *, base: str) -> Saved:
        """Write a whole new text that was made from the text ``base``; ``Conflict`` if the file has moved on since."""
        fresh = parse(text.encode("utf-8"), self.path.name)
        with _alone(self.path):
            before = load(self.path)
            if before.text != base:
                raise Conflict(("The file was changed after this text was made from it; make the change anew.",))
            write_whole(self.path, text.encode("utf-8"))
        self.loaded, self.refused, self._seen = fresh, None, fresh.sha256
        return Saved(fresh, diff(before.registry, fresh.registry), merged=False)

    def _prepared(self, changes: Sequence[Change], base: str) -> tuple[Loaded, Loaded]:
        before = load(self.path)
        text = apply(base, changes) if before.text == base else merge(base, before.text, changes)
        return before, parse(text.encode("utf-8"), self.path.name)


def write_whole(path: Path, raw: bytes) -> None:
    """Replace a file in one step: a reader sees the old or the new text, also after a power cut. Keeps its mode."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            if target.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time among our own processes; an editor knows no lock, so its change is found by comparison."""
    lock = path.resolve().parent
    handle = os.open(lock, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _unreadable(path: Path) -> RosterError:
    try:
        load(path)
    except RosterError as problem:
        return problem
    return RosterError(path.name, ())

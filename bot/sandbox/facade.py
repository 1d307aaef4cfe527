"""The practice platforms as one Python object: start, stop, and everything a test or rehearsal does to them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, fields
from types import TracebackType
from typing import Any, Self

from bot.sandbox.control import control_endpoint
from bot.sandbox.crowd import Crowd
from bot.sandbox.faults import Fault
from bot.sandbox.gateway import Gateway
from bot.sandbox.hooks import Delivery, Outbox
from bot.sandbox.ids import Clock
from bot.sandbox.knobs import Knobs
from bot.sandbox.people import People
from bot.sandbox.seeds import Account, AppKeys, BaseUrls, secrets_of
from bot.sandbox.server import ThreadedServer
from bot.sandbox.wire import Json, Received
from bot.sandbox.world import World


class Sandbox:
    """Practice X and practice Facebook behind one local HTTP server.

    `clock` gives aware instants. Everything random comes from `seed`. Usable as a context manager; all
    methods may be called from any thread, before and after the start.
    """

    def __init__(
        self,
        clock: Clock,
        seed: int,
        accounts: Sequence[Account],
        *,
        app: AppKeys | None = None,
        knobs: Knobs | None = None,
        crowd: Crowd | None = None,
    ) -> None:
        self.world = World(clock, seed, accounts, app or AppKeys(), knobs or Knobs())
        self.knobs = self.world.knobs
        self._first_knobs = {item.name: copy(getattr(self.knobs, item.name)) for item in fields(self.knobs)}
        self.people = People(self.world)
        self._outbox = Outbox(self.world)
        self._crowd = crowd
        self._server: ThreadedServer | None = None
        self.urls = BaseUrls("")

    # -- start and stop ------------------------------------------------------------------------

    def start(self, port: int = 0, host: str = "127.0.0.1") -> BaseUrls:
        """Listen (0: any free port) and return the base addresses; raises PortTaken."""
        gateway = Gateway(self.world, self._connections, self._outbox.settle)
        server = ThreadedServer(gateway.serve, control_endpoint(self), self.tick)
        self._server = server
        self._outbox.attach(server)
        root = f"http://{host}:{server.start(host, port)}"
        self.urls = BaseUrls(root, f"{root}/x", f"{root}/facebook", f"{root}/_control")
        return self.urls

    def stop(self) -> None:
        """Answer no more; what was created stays readable."""
        self._outbox.attach(None)
        if self._server:
            self._server.stop()
        self._server = None

    def __enter__(self) -> Self:
        if self._server is None:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _connections(self) -> Any:
        return self._server.connections() if self._server else ()

    # -- behaviour -----------------------------------------------------------------------------

    def secrets(self) -> Json:
        """All tokens in the shape of the secrets file."""
        return secrets_of(self.world.app, self.world.accounts)

    def reset(self, knobs: bool = False) -> None:
        """Nothing posted, no faults, no memory; with `knobs` these go back to the start as well."""
        with self.world.lock:
            self.world.reset()
            self._outbox.clear()
            if knobs:
                self.knobs.turn(self._first_knobs)
            if self._crowd:
                self._crowd.reset()

    def turn(self, **changes: Any) -> None:
        """Set knobs by name."""
        with self.world.lock:
            self.knobs.turn(changes)

    def fault(self, kind: str, **details: Any) -> None:
        """Break the next calls: times, platform, route, account, status, code, subcode, seconds, body, headers."""
        with self.world.lock:
            self.world.faults.add(Fault(kind, **details))

    def clear_faults(self) -> None:
        """All calls are well from now on."""
        with self.world.lock:
            self.world.faults.clear()

    def unreachable(self, yes: bool = True) -> None:
        """Close the port, so that connecting is refused; False opens it again."""
        if self._server:
            self._server.unreachable(yes)

    def advance(self, seconds: float) -> str:
        """Move a settable clock; raises ValueError when the clock runs by itself."""
        move = getattr(self.world.clock, "advance", None)
        if move is None:
            raise ValueError("This clock runs by itself; give the sandbox a SettableClock to move it.")
        move(seconds)
        return self.world.now().isoformat()

    def deliver_to(self, platform: str, url: str) -> None:
        """Send every event of a platform to this address, signed; Pages are subscribed to `feed`."""
        if platform not in ("x", "facebook"):
            raise ValueError("The platform is x or facebook.")
        with self.world.lock:
            self._outbox.direct[platform] = url
            for page in self.world.graph.pages.values() if platform == "facebook" else ():
                page.subscribed_fields = page.subscribed_fields or ("feed",)

    def verify_webhook(self, platform: str, url: str) -> bool:
        """Send the platform's challenge to this address."""
        check = self._outbox.check_x if platform == "x" else self._outbox.check_facebook
        return check(url, "challenge-1158201444")

    def deliveries(self) -> list[Delivery]:
        """What was delivered to webhooks, and how the receiver answered."""
        return list(self._outbox.sent)

    def tick(self) -> int:
        """Let the crowd say what is due by the clock; returns how many replies it wrote."""
        if self._crowd is None:
            return 0
        with self.world.lock:
            return self._crowd.tick(self.people, self.world.now())

    # -- looking -------------------------------------------------------------------------------

    def requests(self, platform: str = "", route: str = "") -> list[Received]:
        """Received requests, oldest first, raw."""
        with self.world.lock:
            found = list(self.world.received)
        return [item for item in found if platform in ("", item.platform) and route in ("", item.route)]

    def state(self) -> Json:
        """Counts for a look from outside."""
        with self.world.lock:
            return {
                "now": self.world.now().isoformat(),
                "creates": self.people.creates(),
                "requests": len(self.world.received),
                "faults": [asdict(item) for item in self.world.faults.pending],
                "spent_usd": self.world.x.spent_usd,
                "knobs": {**asdict(self.knobs), "graph_unblockable": sorted(self.knobs.graph_unblockable)},
            }

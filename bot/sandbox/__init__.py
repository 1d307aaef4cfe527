"""Practice platforms: one local server that speaks X API v2 and the Graph API, with faults on demand."""

from .crowd import Crowd
from .facade import Sandbox
from .faults import KINDS, Fault
from .ids import SettableClock
from .knobs import Knobs
from .people import Seen
from .seeds import AppKeys, BaseUrls, FacebookPage, XAccount
from .server import PortTaken

__all__ = [
    "KINDS",
    "AppKeys",
    "BaseUrls",
    "Crowd",
    "FacebookPage",
    "Fault",
    "Knobs",
    "PortTaken",
    "Sandbox",
    "Seen",
    "SettableClock",
    "XAccount",
]

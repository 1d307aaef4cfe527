"""Practice platforms: one local server that speaks X API v2 and the Graph API, with faults on demand."""

from bot.sandbox.crowd import Crowd
from bot.sandbox.facade import Sandbox
from bot.sandbox.faults import KINDS, Fault
from bot.sandbox.ids import SettableClock
from bot.sandbox.knobs import Knobs
from bot.sandbox.people import Seen
from bot.sandbox.seeds import AppKeys, BaseUrls, FacebookPage, XAccount
from bot.sandbox.server import PortTaken

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

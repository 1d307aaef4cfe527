"""X and Facebook behind one port. Only this room knows tweepy, facebook-sdk and requests."""

from bot.platforms.credentials import FacebookApp, FacebookPage, XAccount, XApp
from bot.platforms.facebook import Facebook
from bot.platforms.recorder import Recorder
from bot.platforms.x import Dialect, X

__all__ = ["Dialect", "Facebook", "FacebookApp", "FacebookPage", "Recorder", "X", "XAccount", "XApp"]

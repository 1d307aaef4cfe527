"""X API v2 behind the port, on tweepy."""

from bot.platforms.x.dialect import Dialect
from bot.platforms.x.platform import X

__all__ = ["Dialect", "X"]

"""The Graph API for our own Pages behind the port, on facebook-sdk."""

from bot.platforms.facebook.platform import Facebook

__all__ = ["Facebook"]

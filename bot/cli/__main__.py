"""``python -m bot.cli`` is ``kouhou``."""

from bot.cli import main

main()

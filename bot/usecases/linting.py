"""Lint queued notices: rows in, findings out; the page and the shell say the same."""

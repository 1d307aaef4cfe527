"""Accounts, posts, hours, people, errors and ports: frozen values and pure functions; time is an argument."""

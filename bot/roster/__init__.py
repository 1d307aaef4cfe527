"""Reading, checking, editing, comparing and publishing the roster ``accounts.toml``. The only room that opens it."""

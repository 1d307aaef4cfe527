"""One file per sentence that a person says. Parts come first, facts by keyword, the result is a value."""

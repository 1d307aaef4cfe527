"""Text in, verdict out; a case and a decision in, the allowed next step out. No clock, no socket, no database."""

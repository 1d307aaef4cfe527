"""SQLModel tables and one module of queries per noun. Rows stay in here; frozen dataclasses travel."""

"""Text in, verdict out; a case and a decision in, the allowed next step out. No clock, no socket, no database."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Before numpy is met for the first time: products here are so small that threads only wait for each other, which
doubled the processor time of a batch and made the last bits a matter of the machine.
"""

"""How the shipped weights are made; nothing here is needed to use them.

The processor must not leave its mark in the weights: numpy and OpenBLAS choose other kernels, which round otherwise,
on other processors. So one thread and one kernel are fixed before either is loaded.
"""

from __future__ import annotations

import os

os.environ.update(
    OPENBLAS_CORETYPE="Haswell",
    OPENBLAS_NUM_THREADS="1",
    OMP_NUM_THREADS="1",
    NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR",
)

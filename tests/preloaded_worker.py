"""What the parent of xdist's workers loads once: all tests, with their asserts rewritten."""

import gc
import os
import sys

import pytest

gc.disable()
# Threads of numpy would be missed by the fork in a worker that has none of them, for ever.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# They stay in `sys.modules`: a worker's own collection finds them there.
pytest.main(["--collect-only", "-p", "no:xdist", "-p", "no:cacheprovider"])
del os.environ["OPENBLAS_NUM_THREADS"]
# Its first use looks for the characters of an encoding one by one.
sys.modules["hypothesis.strategies"].from_regex("a").validate()
gc.enable()

"""What the parent of commands loads once for the readers and markers that these start, and takes back for itself."""

import sys
import warnings

with warnings.catch_warnings():
    from tests import preloaded_marker, preloaded_reader
# A marker goes without it, a command does not.
if sys.modules.get("numpy", sys) is None:
    del sys.modules["numpy"]

__all__ = ["preloaded_marker", "preloaded_reader"]

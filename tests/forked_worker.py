"""A worker of xdist: `python -m tests.forked_worker -u -c CODE` runs the code, as `python -u -c CODE` does."""

import os
import sys

if __name__ == "__main__":  # and not again in what the worker starts by multiprocessing
    # The C library knows nothing of the fork by clone before, and would signal the parent's threads for this one's.
    if child := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    exec(sys.argv[-1])

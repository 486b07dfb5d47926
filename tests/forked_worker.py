"""A worker of xdist: `python -m tests.forked_worker -u -c CODE` runs the code, as `python -u -c CODE` does."""

import sys

if __name__ == "__main__":  # and not again in what the worker starts by multiprocessing
    exec(sys.argv[-1])

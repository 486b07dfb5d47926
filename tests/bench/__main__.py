"""`make bench`: what leadsync promises about pace, time and size, measured.

The practice dialer runs in a process of its own. Rates are counted by it, from its first call to its last answer, and
compared with a bare aiohttp loop in the same run. `python -m tests.bench NAME ...` measures those alone.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.bench.measures import MEASURES, Options

RESULTS = Path("bench-results.json")


def main() -> int:
    """Print the table, write it as JSON; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(MEASURES)}; none: all")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long a sender takes at the dialer's pace")
    parser.add_argument(
        "--rows", type=int, default=100_000, help="how large the journal of `growth` and the sheets of `checking` are"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - MEASURES.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not measured; there are {', '.join(MEASURES)}")
    options = Options(arguments.seconds, arguments.rows)
    results = []
    print(f"{'':<11} {'':<55} {'value':>10} {'bound':>10} {'ratio':>6}")
    for name in arguments.names or MEASURES:
        for line in MEASURES[name](options):
            results.append({"name": name, **asdict(line), "ratio": line.ratio, "holds": line.holds})
            bound = "" if line.bound is None else f"{'>=' if line.better == 'at least' else '<='} {line.bound:g}"
            ratio = "" if line.ratio is None else f"{line.ratio:.3f}"
            mark = "" if line.holds else "  NOT KEPT"
            value = f"{line.value:.3f}" if abs(line.value) < 10 else f"{line.value:,.0f}"
            print(f"{name:<11} {line.what:<55} {value:>10} {bound:>10} {ratio:>6} {line.unit}{mark}", flush=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0 if all(result["holds"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

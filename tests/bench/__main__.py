"""`make bench`: what leadsync promises about pace, time and size, measured.

The practice dialer runs in a process of its own. Rates are counted by it, from its first call to its last answer, and
compared with a bare aiohttp loop in the same run. `python -m tests.bench NAME ...` measures those alone.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.measures import MEASURES, Options

RESULTS = Path("bench-results.json")


def main() -> int:
    """Print the table, write it as JSON; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(MEASURES)}; none: all")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long a sender takes at the dialer's pace")
    parser.add_argument(
        "--rows",
        type=int,
        default=100_000,
        help="how large the journals of `growth` and `stats` and the sheets of `checking` are",
    )
    parser.add_argument(
        "--markdown", action="store_true", help=f"measure nothing: print {RESULTS} as docs/benchmarks.md shows it"
    )
    arguments = parser.parse_args()
    if arguments.markdown:
        print(as_markdown(json.loads(RESULTS.read_text("utf-8"))))
        return 0
    if unknown := set(arguments.names) - MEASURES.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not measured; there are {', '.join(MEASURES)}")
    options = Options(arguments.seconds, arguments.rows)
    results = []
    print(f"{'':<11} {'':<55} {'value':>10} {'bound':>10} {'ratio':>6}")
    for name in arguments.names or MEASURES:
        for line in MEASURES[name](options):
            results.append({"name": name, **asdict(line), "ratio": line.ratio, "holds": line.holds})
            value, bound, ratio = _shown(results[-1])
            mark = "" if line.holds else "  NOT KEPT"
            print(f"{name:<11} {line.what:<55} {value:>10} {bound:>10} {ratio:>6} {line.unit}{mark}", flush=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0 if all(result["holds"] for result in results) else 1


def as_markdown(results: Sequence[Mapping[str, Any]]) -> str:
    """The table for docs/benchmarks.md: one line for each figure that has a bound to keep."""
    lines = ["| line | what | value | bound | ratio |", "|---|---|---|---|---|"]
    for result in results:
        if result["bound"] is not None:
            value, bound, ratio = _shown(result)
            unit = f" {result['unit']}" if result["unit"] else ""
            lines.append(f"| `{result['name']}` | {result['what'].strip()} | {value}{unit} | {bound} | {ratio} |")
    return "\n".join(lines)


def _shown(result: Mapping[str, Any]) -> tuple[str, str, str]:
    """A figure, its bound and their ratio as text."""
    value = f"{result['value']:.3g}" if abs(result["value"]) < 10 else f"{result['value']:,.0f}"
    bound = "" if result["bound"] is None else f"{'≥' if result['better'] == 'at least' else '≤'} {result['bound']:,g}"
    return value, bound, "" if result["ratio"] is None else f"{result['ratio']:.3f}"


if __name__ == "__main__":
    sys.exit(main())

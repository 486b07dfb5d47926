"""A run's summary as one HTML page that needs nothing but itself: to look at, to print, to mail. Pure."""

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from leadsync.colours import INK, QUIET, RULE, STATUS_COLOURS
from leadsync.models import Summary
from leadsync.terminal import visible

_STYLE = f"""
body {{ font: 15px/1.5 "Segoe UI", Helvetica, Arial, sans-serif; color: {INK}; background: #F4F6F8; margin: 0; }}
main {{ max-width: 1000px; margin: 24px auto; padding: 32px 40px; background: #FFFFFF; border: 1px solid {RULE};
  border-radius: 8px; }}
h1 {{ font-size: 26px; margin: 0; overflow-wrap: anywhere; }}
h2 {{ font-size: 17px; margin: 32px 0 8px; padding-bottom: 4px; border-bottom: 2px solid {INK}; }}
.headline {{ font-size: 18px; margin: 4px 0; }}
.quiet, th {{ color: {QUIET}; }}
table {{ border-collapse: collapse; width: 100%; }}
th {{ text-align: left; font-weight: normal; }}
th, td {{ padding: 6px 12px 6px 0; border-bottom: 1px solid {RULE}; vertical-align: top; overflow-wrap: anywhere; }}
.n {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; overflow-wrap: normal; }}
.badge {{ display: inline-block; padding: 1px 10px; border-radius: 10px; font-weight: bold; white-space: nowrap; }}
.total td {{ font-weight: bold; border-bottom: 0; border-top: 1px solid {INK}; }}
.facts th {{ width: 130px; }}
.chart {{ margin: 8px 0; }}
svg {{ max-width: 100%; height: auto; }}
svg text {{ font: 14px "Segoe UI", Helvetica, Arial, sans-serif; fill: {INK}; }}
ul {{ margin: 0; padding-left: 20px; }}
@media print {{
  body {{ background: #FFFFFF; font-size: 12px; }}
  main {{ border: 0; margin: 0; padding: 0; max-width: none; }}
  tr, svg, h2 {{ break-inside: avoid; }}
  h2 {{ break-after: avoid; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
"""


def as_page(summary: Summary) -> str:
    """The page. It loads nothing and runs nothing; whatever came from a sheet or the dialer is text in it."""
    return "\n".join(_page(summary))


def _page(summary: Summary) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(summary.title)}: {_text(summary.headline)}</title>"
    yield f"<style>{_STYLE}</style></head><body><main>"
    yield f"<h1>{_value(summary.title)}</h1>"
    yield f'<p class="headline">{_text(summary.headline)}</p>'
    yield f'<p class="quiet">{_text(summary.ending)}</p>'
    if summary.warnings:
        yield "<h2>Warnings</h2><ul>"
        yield from (f"<li>{_value(warning)}</li>" for warning in summary.warnings)
        yield "</ul>"
    yield "<h2>What to do now</h2><ul>"
    yield from (f"<li>{_text(step)}</li>" for step in summary.steps)
    yield "</ul>"
    yield from _statuses(summary)
    yield from _codes(summary)
    yield from _effects(summary)
    yield from _reasons(summary)
    yield "<h2>The run</h2>"
    yield '<table class="facts">'
    yield from (f"<tr><th>{_text(label)}</th><td>{_value(value)}</td></tr>" for label, value in summary.facts)
    yield "</table></main></body></html>\n"


def _statuses(summary: Summary) -> Iterator[str]:
    yield "<h2>Where the rows ended</h2>"
    yield _ring([(one.status.value, one.rows, STATUS_COLOURS[one.status].strong) for one in summary.statuses])
    lines = []
    for one in summary.statuses:
        colour = STATUS_COLOURS[one.status]
        badge = f'<span class="badge" style="background:{colour.pale};color:{colour.ink}">{one.status}</span>'
        lines.append((badge, _text(one.meaning), _number(one.rows), f"{one.rows / max(summary.rows, 1):.1%}"))
    total = f'<tr class="total"><td>rows read</td><td></td><td class="n">{_number(summary.rows)}</td><td></td></tr>'
    yield from _table(("status", "what it means", "rows", "share"), lines, numbers=(2, 3), last=total)


def _codes(summary: Summary) -> Iterator[str]:
    if not summary.codes:
        return
    yield "<h2>What the dialer answered</h2>"
    shown = [one for one in summary.codes if one.code != 0]
    if shown:
        yield _bars([(f"{one.label} {one.name}", one.rows) for one in shown], "Answers other than 0 OK")
    else:
        ok = STATUS_COLOURS["succeeded"].strong
        yield _bars([(f"{one.label} {one.name}", one.rows) for one in summary.codes], "Answers", ok)
    yield from _table(
        ("code", "rows", "what it means", "likely cause", "what to do now"),
        [
            (
                f'<b>{one.label}</b><br><span class="quiet">{_value(one.name).replace("_", "_<wbr>")}</span>',
                _number(one.rows),
                _value(one.meaning),
                _text(one.cause),
                _text(one.step),
            )
            for one in summary.codes
        ],
        numbers=(1,),
    )


def _effects(summary: Summary) -> Iterator[str]:
    if summary.effects:
        yield "<h2>What was done on the dialer</h2>"
        lines = [(_text(what), _value(value), _number(count)) for what, value, count in summary.effects]
        yield from _table(("what", "to", "leads"), lines, numbers=(2,))


def _reasons(summary: Summary) -> Iterator[str]:
    if summary.reasons:
        yield "<h2>Why rows were not sent</h2>"
        lines = [(_value(problem), _value(remedy), _number(count)) for problem, remedy, count in summary.reasons]
        yield from _table(("what is wrong", "remedy", "rows"), lines, numbers=(2,))


def _table(
    heads: Sequence[str], lines: Iterable[Sequence[str]], *, numbers: Sequence[int], last: str = ""
) -> Iterator[str]:
    def cell(tag: str, at: int, text: str) -> str:
        return f'<{tag} class="n">{text}</{tag}>' if at in numbers else f"<{tag}>{text}</{tag}>"

    yield f"<table><tr>{''.join(cell('th', at, head) for at, head in enumerate(heads))}</tr>"
    for line in lines:
        yield f"<tr>{''.join(cell('td', at, text) for at, text in enumerate(line))}</tr>"
    yield f"{last}</table>"


def _ring(parts: Sequence[tuple[str, int, str]]) -> str:
    """A ring of the parts' shares, with a legend: a circle's outline for each part, dashed to its length."""
    total = sum(count for _, count, _ in parts) or 1
    height = max(170, 26 * len(parts) + 20)
    radius, middle = 58, height // 2
    around = 2 * math.pi * radius
    drawn, begun = [], 0.0
    for name, count, colour in parts:
        length = around * count / total
        drawn.append(
            f'<circle cx="85" cy="{middle}" r="{radius}" fill="none" stroke="{colour}" stroke-width="32" '
            f'stroke-dasharray="{length:.3f} {around - length:.3f}" stroke-dashoffset="{around / 4 - begun:.3f}">'
            f"<title>{_text(name)}: {count:,}</title></circle>"
        )
        begun += length
    top = middle - 13 * len(parts) + 18
    for index, (name, count, colour) in enumerate(parts):
        y = top + 26 * index
        drawn.append(f'<rect x="200" y="{y - 12}" width="14" height="14" rx="3" fill="{colour}"/>')
        drawn.append(f'<text x="224" y="{y}">{_text(name)}</text>')
        drawn.append(f'<text x="400" y="{y}" text-anchor="end">{count:,}</text>')
    return _svg(420, height, "Rows by status", drawn)


def _bars(bars: Sequence[tuple[str, int]], title: str, colour: str = STATUS_COLOURS["failed"].strong) -> str:
    longest = max(count for _, count in bars) or 1
    drawn = []
    for index, (name, count) in enumerate(bars):
        y = 30 * index
        width = max(2, round(380 * count / longest))
        drawn.append(f'<text x="0" y="{y + 20}">{_text(_short(name))}</text>')
        drawn.append(f'<rect x="440" y="{y + 6}" width="{width}" height="18" rx="3" fill="{colour}"/>')
        drawn.append(f'<text x="{448 + width}" y="{y + 20}">{count:,}</text>')
    return _svg(900, 30 * len(bars) + 6, title, drawn)


def _svg(width: int, height: int, title: str, drawn: Sequence[str]) -> str:
    return (
        f'<div class="chart"><svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{_text(title)}">{"".join(drawn)}</svg></div>'
    )


def _value(text: str) -> str:
    """A text that may run in either direction, without turning what stands around it."""
    return f"<bdi>{_text(text)}</bdi>" if text else ""


def _text(text: str) -> str:
    """Text for the page, with hidden characters written out: some get round the `bdi` and turn what follows."""
    return escape(visible(text))


def _number(count: int) -> str:
    return f"{count:,}"


def _short(name: str) -> str:
    return name if len(name) <= 46 else name[:45] + "…"

"""Lines beside the leads: totals, counts, rules, end marks, and the lines of a footer. Pure but for the stream.

Below the last lead they are no leads, and rules are none anywhere. A total between leads may hide one, and rejects its
line. Cells decide by whole phrases: an unknown text stays a lead's row.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import chain

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.footer_words import NOUNS, TOTALS, VOCABULARY, WORDS, folded, is_end
from leadsync.sheets.source_lines import SourceLine, line_fault

_RULE = re.compile(r"[-=_*+~|:\s]*([-=_*~])\1[-=_*+~|:\s]*")
_RULE_STARTS = ("--", "==", "__", "**", "~~", "+-", "|-", ":-")
_LABEL = re.compile(r"[:=][\s\d.,]*\Z")
_ROWS = re.compile(rf"[\d.,]+\s*(?:{'|'.join(sorted(NOUNS))})(?![^\W\d_])")
_COUNT = re.compile(rf"\(?{_ROWS.pattern}(?:\(s\))?(?:\s+\w+)?\s*\)?[.!]?")
_FIGURE = re.compile(r"(?!0\d{5}|\d{9})[^\w+]*\d[\d.,\s]*[^\w]*")
"""A figure beside a total's words in a full line, where a phone number is a lead's."""
_FIRST_WORDS = sorted(TOTALS | {word for word in VOCABULARY - NOUNS if len(word) > 2})
_BEGIN = re.compile(rf"^\W*(?:{'|'.join(_FIRST_WORDS)})(?![^\W\d_])", re.MULTILINE)
"""The beginning of a total, perhaps. Most sheets have none in their first column."""
_DELIMITERS = ",;\t|"
_UNTEXT = "\x1a\0"
"""The end of a text in old systems, and bytes never written behind it."""
_PAGE = re.compile(
    r"(?:[^\W\d_]+\.?\s+|第\s*)(\d+)(?:\s+[^\W\d_]{1,4}\s+|\s*[/,]\s*|\s*[页頁]\W*共\s*)(\d+)\s*\w?|page\s+\d+"
)
"""The number of a page, and mostly of all pages: `Seite 1 von 2`."""
_FRAMED = re.compile(r"([-=*~_#])\1+[^\d]+[-=*~_#]{2,}")
"""A text between signs, as no cell of a lead is: `-- Ende der Liste --`."""
_FOOTER = re.compile(
    r"(?:copyright\b|©|\(c\)\s|confidential\b|all\s+rights\s+reserved|generated\s+(?:by|on|at|from)\b|generated:"
    r"|filters?\s*:|filtered\s+by\b|printed\s+(?:by|on|at)\b|exported\s+(?:by|on|at|from)\b|created\s+(?:by|on|at|with)\b|downloaded\s+(?:on|from)\b"
    r"|report\s+(?:generated|created|run|printed|date|name)\b|run\s+(?:date|by|on|at)\b|completion\s+time\b|source:"
    r"|(?:erstellt|exportiert|gedruckt|generiert)\s+(?:am|von|mit|aus)\b|(?:genere|exporte|imprime|cree)\s+(?:le|par)\b"
    r"|(?:generado|exportado|impreso|creado|gerado|impresso|criado)\s+(?:el|por|em)\b"
    r"|(?:generato|esportato|stampato|creato)\s+(?:il|da)\b|(?:wygenerowano|wyeksportowano|wydrukowano|utworzono)\b"
    r"|(?:gegenereerd|geexporteerd|afgedrukt|gemaakt)\s+(?:op|door)\b|(?:создано|выгружено|сформировано)\b"
    r"|(?:prepared|compiled|approved|checked|reviewed|signed|submitted|issued)\s+by\b|signature\b|signed:"
    r"|(?:(?:kind|best|warm)\s+)?regards\b|yours\s+(?:sincerely|faithfully|truly)\b|sincerely\b|many\s+thanks\b|thank\s+you\b"
    r"|mit\s+freundlichen\s+gru|(?:bearbeitet|gepruft|genehmigt)\s+(?:von|durch)\b|unterschrift\b|cordialement\b"
    r"|(?:prepare|etabli|redige|verifie|approuve)\s+par\b|(?:preparado|elaborado|revisado|aprobado|aprovado)\s+por\b"
    r"|(?:preparato|redatto|approvato)\s+da\b|saludos\b|atentamente\b|atenciosamente\b|cordiali\s+saluti\b"
    r"|met\s+vriendelijke\s+groet|(?:opgesteld|goedgekeurd)\s+door\b|med\s+vanlig|sporzadzi[l\u0142]|(?:подготовил|составил|утвердил)"
    r"|\*{2,}.*\*{2,}\Z).*",
    re.DOTALL,
)


class Look(Enum):
    """The looks of a line."""

    ROW = auto()
    ALONE = auto()
    """One cell with text in a wider sheet: a line of a footer, or the bare id of a lead."""
    RULE = auto()
    TOTAL = auto()
    MARK = auto()
    """A count, an end mark, a copyright and the like."""
    QUOTED = auto()
    """A whole line in one cell."""


def look_of(cells: Sequence[str]) -> Look:
    """Tell a line's look by its cells."""
    filled = [cell.strip() for cell in cells if cell and not cell.isspace()]
    if not filled:
        return Look.ROW
    first, others = filled[0], filled[1:]
    is_full = first[:2] not in _RULE_STARTS and 2 * len(filled) > max(len(cells), 4)
    if is_total(first) and all(map(_is_figure if is_full else _has_no_words, others)):
        return Look.TOTAL
    if is_full:
        return Look.ROW
    if all(map(_RULE.fullmatch, filled)) and max(map(len, filled)) > 2:
        return Look.RULE
    # In a column of ids alone, a single word may be one.
    may_be_mark = len(cells) > 1 or not first.isalnum()
    if not first.strip(_UNTEXT) or (may_be_mark and _is_mark(first) and all(map(_FIGURE.fullmatch, others))):
        return Look.MARK
    if not others and 2 < len(cells) <= max(map(first.count, _DELIMITERS)) + 1:
        return Look.QUOTED
    if (len(filled) <= 2 < len(cells) or (len(cells) == 1 and " " in first)) and _FOOTER.fullmatch(folded(first)):
        return Look.MARK
    return Look.ALONE if len(filled) == 1 < len(cells) else Look.ROW


def is_rule(text: str) -> bool:
    """Whether a line of text is a rule, such as the edges of a table drawn with signs."""
    return text[:2] in _RULE_STARTS and _RULE.fullmatch(text) is not None


def is_total(cell: str) -> bool:
    """Whether a cell has words of a total alone, in any order, and figures."""
    words = WORDS.findall(folded(cell))
    if not VOCABULARY.issuperset(words):
        return False
    return not TOTALS.isdisjoint(words) or (not NOUNS.isdisjoint(words) and _LABEL.search(cell) is not None)


def _is_mark(cell: str) -> bool:
    """Whether a cell is a count of rows, or the mark of a page or an end."""
    text = folded(cell)
    words = WORDS.findall(text)
    if _ROWS.search(text) and VOCABULARY.issuperset(words):
        return True
    if page := _PAGE.fullmatch(text):
        return page[2] is None or int(page[1]) <= int(page[2])
    return bool(_COUNT.fullmatch(text) or _FRAMED.fullmatch(text)) or (is_end(words) and not _has_digit(text))


def looks_of(chunk: Sequence[SourceLine]) -> list[Look]:
    """Return `look_of` for lines of one width. A few facts tell nearly all rows at once, in a tenth of the time."""
    lines = [line.cells for line in chunk]
    if any(map(str.isspace, chain.from_iterable(lines))) or _BEGIN.search(
        folded("\n".join([cells[0] for cells in lines]))
    ):
        return list(map(look_of, lines))
    width = len(lines[0])
    most = width - max(width, 4) // 2
    row = Look.ROW
    return [row if cells.count("") < most and cells[0][:1].isalnum() else look_of(cells) for cells in lines]


def _is_figure(cell: str) -> bool:
    return cell.startswith("=") or is_total(cell) or _FIGURE.fullmatch(cell) is not None


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _has_no_words(cell: str) -> bool:
    return cell.startswith("=") or is_total(cell) or not any(map(str.isalpha, cell))


def marked(chunks: Iterator[list[SourceLine]], above: int) -> Iterator[list[SourceLine]]:
    """Yield the same rows, with a fault for each line beside the leads. `above` is the number of the headings' line.

    Lines without the look of a row are held back until the next row shows whether they stand below all leads.
    """
    held: list[tuple[SourceLine, Look]] = []
    for chunk in chunks:
        looks = looks_of(chunk)
        if not held and looks.count(Look.ROW) == len(looks):
            yield chunk
            above = chunk[-1].number
            continue
        last = max((place for place, look in enumerate(looks) if look is Look.ROW), default=None)
        if last is None:
            held += zip(chunk, looks, strict=True)
            continue
        rows = [*held, *zip(chunk[: last + 1], looks, strict=False)]
        yield [line if look in (Look.ROW, Look.ALONE) else _between(line, look) for line, look in rows]
        above = chunk[last].number
        held = list(zip(chunk[last + 1 :], looks[last + 1 :], strict=True))
    if held:
        yield _below(held, above)


def _between(line: SourceLine, look: Look) -> SourceLine:
    kinds = {Look.RULE: FaultKind.NO_LEAD, Look.QUOTED: FaultKind.LINE_IN_CELL}
    kind = kinds.get(look, FaultKind.TOTAL_BETWEEN)
    return line._replace(faults=(line_fault(kind),))


def _below(held: Sequence[tuple[SourceLine, Look]], above: int) -> list[SourceLine]:
    """Mark the lines below the last row: those from the first mark on, or from a blank line above it, are no leads."""
    marks = [place for place, (_, look) in enumerate(held) if look not in (Look.ALONE, Look.QUOTED)]
    numbers = [above, *(line.number for line, _ in held)]
    gaps = [place for place in range(len(held)) if numbers[place + 1] - numbers[place] > 1]
    words = [place for place in marks if held[place][1] is not Look.RULE]
    first = min(words, default=len(held))
    first = min([first, *(gap for gap in gaps if gap < first < len(held))])
    return [
        line._replace(faults=(line_fault(FaultKind.NO_LEAD),))
        if place >= first or look is Look.RULE
        else _between(line, look)
        if look is Look.QUOTED
        else line
        for place, (line, look) in enumerate(held)
    ]

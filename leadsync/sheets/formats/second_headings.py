"""A second line of headings below the first, and headings down the first column of a form. Pure but for the stream.

Exports have headings in two languages, templates a line of hints or of column numbers below them. No lead looks so: its
id is no name of a field, its cells do not count the columns, and do not repeat each other.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.headings import has_letters
from leadsync.sheets.source_lines import SourceLine, line_fault
from leadsync.spreadsheet import HeadingNames, loose

_BRACKETED = re.compile(r"<.*>|\[.*\]|\{.*\}|\(.*\)", re.DOTALL)
_TEMPLATE = re.compile(r"(_{2,}|(?!#[A-Z/0]+[!?]?\Z)[^\w\s'\"+\-(]+)[^\W\d].*", re.DOTALL)
"""A name behind a sign, as templates have it: `%name%`, `$name`, `{{name}}`."""
_NUMBERED = re.compile(r"[^\d]*0*([1-9]\d{0,4})[^\d]*")
"""A column's number, perhaps behind a name: `NAME_002`."""
_FIRST_LINES = 50
"""Of a form, which has a line for each field."""
_OF_CARD = 2
"""The columns of a card with the labels of one lead."""
_FEWEST_DIGITS = 6
"""Of a phone number."""
_FEWEST = 3
"""Columns whose numbers or repetitions tell."""


def without_second_headings(
    chunks: Iterator[list[SourceLine]], headings: Sequence[str], names: HeadingNames
) -> Iterator[list[SourceLine]]:
    """Yield the same lines, with a fault for a first one of headings, and for all of a form."""
    keys = list(map(loose, headings))
    id_at = next((at for at, key in enumerate(keys) if key in names.ids), 0)
    first = next(chunks, None)
    if first is None:
        return
    if _is_form(first, id_at, names) or _is_card(first, headings, names):
        for chunk in chain([first], chunks):
            yield [line._replace(faults=(*line.faults, line_fault(FaultKind.HEADINGS_DOWN))) for line in chunk]
        return
    if not first[0].faults and _is_second(first[0].cells, keys, id_at, names):
        first[0] = first[0]._replace(faults=(line_fault(FaultKind.SECOND_HEADINGS, row=first[0].number),))
    elif not first[0].faults and _are_hints([line.cells for line in first[: _FIRST_LINES + 1]], id_at, names):
        first[0] = first[0]._replace(doubted=True)
    yield first
    yield from chunks


def _is_form(lines: Sequence[SourceLine], id_at: int, names: HeadingNames) -> bool:
    """Whether several ids are names of fields, as in a form of one lead with its headings on the left."""
    ids = (line.cells[id_at] for line in islice(lines, _FIRST_LINES))
    return len({loose(name) for name in ids if has_letters(name)} & (names.fields - names.ids)) > 1


def _is_card(lines: Sequence[SourceLine], headings: Sequence[str], names: HeadingNames) -> bool:
    """Whether two columns are the labels and the values of one lead: its id beside the word for ids, below them words
    beside values with and without digits, a phone number among them."""
    if len(headings) != _OF_CARD or loose(headings[0]) not in names.ids or not any(map(str.isdigit, headings[1])):
        return False
    labels, values = zip(*(line.cells for line in lines), strict=True)
    digits = [sum(map(str.isdigit, value)) for value in values if value.strip()]
    return (
        loose(headings[1]) not in names.fields
        and all(has_letters(label) and not any(map(str.isdigit, label)) for label in labels)
        and 0 in digits
        and max(digits) >= _FEWEST_DIGITS
    )


def is_template(cells: Sequence[str]) -> bool:
    """Whether the cells are a template's names, all behind the same sign; a workbook's errors, as #REF!, are none."""
    found = [_TEMPLATE.fullmatch(cell.strip()) for cell in cells if cell.strip()]
    signs = {match[1] for match in found if match}
    return len(found) > 1 and all(found) and len(signs) == 1


def _is_second(cells: Sequence[str], headings: Sequence[str], id_at: int, names: HeadingNames) -> bool:
    """Whether the line below the headings is one of headings, of their numbers, or of hints."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    # The same headings once more are told elsewhere.
    if not cells[id_at].strip() or len(filled) < 2 or list(map(loose, cells)) == headings:
        return False
    if all(map(_BRACKETED.fullmatch, filled)) or _are_headings(cells, headings, id_at, names):
        return True
    are_repeated = all(has_letters(cell) and filled.count(cell) > 1 for cell in filled)
    return len(filled) >= _FEWEST and (are_repeated or _counts_columns(cells))


def _are_headings(cells: Sequence[str], headings: Sequence[str], id_at: int, names: HeadingNames) -> bool:
    """Whether the cells are words: an id's name in its column and another known one, of phones where phones stand."""
    if any(any(map(str.isdigit, cell)) and loose(cell) not in names.fields for cell in cells):
        return False
    keys = list(map(loose, cells))
    if any(key in names.ids and at != id_at for at, key in enumerate(keys)):
        return False
    if any((key in names.phones) > (above in names.phones) for key, above in zip(keys, headings, strict=True)):
        return False
    is_id = keys[id_at] in names.ids or cells[id_at].casefold().rstrip(" .:#").rpartition(" ")[2] in names.id_words
    known = sum(key in names.fields or key == above for key, above in zip(keys, headings, strict=True) if key)
    return is_id and known - (keys[id_at] in names.fields) > 0


def is_repeated(cells: Sequence[str]) -> bool:
    """Whether one text fills a line of several cells, as a band over all columns."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) >= _FEWEST and len({*filled}) == 1 and has_letters(filled[0])


def _are_hints(lines: Sequence[Sequence[str]], id_at: int, names: HeadingNames) -> bool:
    """Whether the first line is one of hints, perhaps: one text in most cells, as in `string,string,string,enum`, an id
    such as `ID`, or one of another script than all below.

    Answers such as Yes are no hints: lines below have them, or are answers too.
    """
    cells, *others = lines
    below = {cell.strip() for other in others for cell in other}
    if not below.isdisjoint({cell.strip() for cell in cells} - {""}):
        return False
    if loose(cells[id_at]) in names.id_words or (_most(cells) and not any(map(_most, others))):
        return True
    ids = [other[id_at] for other in others]
    return len(ids) > 1 and all(map(str.isascii, ids)) and _is_foreign(cells[id_at])


def _is_foreign(name: str) -> bool:
    """Whether a text has signs of another script alone."""
    return bool(name.strip()) and not any(map(str.isascii, name.strip()))


def _most(cells: Sequence[str]) -> str:
    """The text of several cells of a line, and of most; empty without one."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return next(
        (cell for cell in filled if has_letters(cell) and filled.count(cell) > max(_FEWEST - 1, len(filled) // 2)), ""
    )


def _counts_columns(cells: Sequence[str]) -> bool:
    """Whether the cells are the numbers or the letters of their columns."""
    texts = [cell.strip(" ()[].").upper() for cell in cells]
    places = range(len(texts))
    letters = [chr(ord("A") + at % 26) for at in places]
    numbers = [_NUMBERED.fullmatch(text) for text in texts]
    # Three small numbers may be a lead's.
    return texts == letters or (
        len(texts) > _FEWEST and [int(number[1]) for number in numbers if number] == [at + 1 for at in places]
    )

"""The tables of one page from the events of an HTML parser, laid out in rows and columns. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadsync.sheets.formats.cell_metadata import CellMetadata
from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.sheet_values import ValueSheet
from leadsync.sheets.formats.web_cells import BLOCK, LINE, Style, is_exponent, shown_text, squeezed, value_of
from leadsync.sheets.formats.web_controls import Choice, Radios, input_text
from leadsync.spreadsheet import MOST_COLUMNS

END = "leadsync-end"
"""The id of an element fed behind the page: a page cut off, or given up by the parser, swallows it."""
_MOST_NESTED = 8
"""Tables in one another."""
_DEEPEST = 2_000
"""Elements in one another."""
_WIDEST, _TALLEST = 1_000, 65_534
"""Of a cell, in columns and rows; browsers go no further. Source: HTML, 4.9.11."""
_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th"))
_SECTIONS = frozenset(("thead", "tbody", "tfoot"))
_CELLS = frozenset(("td", "th"))
_UNSEEN = frozenset(("script", "style", "comment", "noscript", "template", "title", "datalist"))
_CONTROLS = frozenset(("input", "textarea", "select", "option", "label"))
_BLOCKS = frozenset(("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table"))


_NO_CELLS: Sequence["_Cell"] = ()


class TooDeep(Exception):  # noqa: N818 - raised as a SheetError as soon as the file's name is known
    """Elements or tables are nested deeper than in any list."""


class TooWide(Exception):  # noqa: N818 - as above
    """A row has more columns than a spreadsheet."""


@dataclass(slots=True, eq=False)
class _Cell:
    """A cell under way; `unseen` counts the open elements in it that are not shown, a hidden cell itself among them."""

    attributes: Mapping[str, str]
    unseen: int = 0
    pieces: list[str] = field(default_factory=list)
    radios: Radios = field(default_factory=Radios)
    is_hidden: bool = False
    is_struck: bool = False
    """Whether some of its text is struck out."""

    def add(self, piece: str) -> None:
        """Take a piece of its text."""
        self.pieces.append(piece)
        self.radios.add(piece)

    def text(self) -> str:
        """Return its text, or that of its checked radio buttons."""
        return self.radios.text() if self.radios.buttons else shown_text(self.pieces)


@dataclass(slots=True)
class _Row:
    """A row's values, each with the text that hides its digits and the columns and rows of its cell.

    `struck` are the places of its cells with struck text.
    """

    is_hidden: bool
    cells: list[tuple[Value, str, int, int]] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)


@dataclass(slots=True)
class PageTable:
    """A table under way: its rows, and those of its foot, which is shown below the others wherever it stands.

    `hiding` counts the elements not shown around its rows. An implied table is one of rows without a table.
    """

    hiding: int = 0
    is_implied: bool = False
    rows: list[_Row] = field(default_factory=list)
    foot: list[_Row] = field(default_factory=list)
    row: _Row | None = None
    cell: _Cell | None = None
    in_foot: bool = False

    def sheet(self) -> ValueSheet:
        """Lay out the table. Raises `TooWide`."""
        values: list[list[Value]] = []
        metadata = CellMetadata()
        held: dict[int, int] = {}  # columns under cells of rows above, with the rows left of each
        for at, row in enumerate([*self.rows, *self.foot]):
            values.append(_laid_out(row, at, held, metadata))
            if row.is_hidden:
                metadata.hidden.add(at)
        return ValueSheet(values, [], metadata)


def _laid_out(row: _Row, at: int, held: dict[int, int], metadata: CellMetadata) -> list[Value]:
    """Return a row's values by column, and keep the columns that its cells hold in rows below."""
    line: list[Value] = []
    holding: dict[int, int] = {}
    for place, (value, unclear, columns, rows) in enumerate(row.cells):
        while len(line) in held:
            line.append("")
        column = len(line)
        if column + columns > MOST_COLUMNS:
            raise TooWide
        line += [value, *[""] * (columns - 1)]
        if unclear:
            metadata.unclear[at, column] = unclear
            if not is_exponent(unclear):
                metadata.texts[at, column] = unclear
        if place in row.struck:
            metadata.struck.add((at, column))
        if columns > 1 or rows > 1:
            metadata.merged.append(((at, column), (at + rows - 1, column + columns - 1)))
        if rows > 1:
            holding |= dict.fromkeys(range(column, column + columns), rows - 1)
    for column in list(held):
        held[column] -= 1
        if not held[column]:
            del held[column]
    held |= holding
    return line


class PageTables:
    """The target of an HTML parser. `tables` stand in the order of their beginnings.

    With a page's whole `style` its style sheets are not read once more.
    """

    def __init__(self, style: Style | None = None) -> None:
        self.tables: list[PageTable] = []
        self.has_ended = False
        """Whether the parser came to the page's end outside all cells."""
        self.is_unended = False
        """Whether a table has no end."""
        self._open: list[PageTable] = []
        self._elements: list[tuple[Sequence[_Cell], bool, int]] = []
        """For each open element the cells in which it hides text, whether it is not shown itself, and by how much."""
        self._closed: list[int] = []
        """The depths of the closed <details>, whose summaries alone are shown."""
        self._striking: list[int] = []
        """The depths of the elements with struck text."""
        self._sizes: list[tuple[int, bool]] = []
        """The depths of the elements that say their letters' size, each with whether they have any."""
        self._hiding = 0
        self.style = style or Style()
        self.is_restyled = False
        """Whether a style sheet stands below the beginning of a table: it counts for the table too."""
        self._is_styled = style is not None
        self._rules: list[str] | None = None
        self._choice: Choice | None = None
        self._text_areas = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element. Raises `TooDeep`."""
        is_own_hidden = False
        if attributes:  # most elements have none
            is_own_hidden = self.style.hides(attributes)
            self._hiding += is_own_hidden
            if (has_size := self.style.has_size(attributes)) is not None:
                self._sizes.append((len(self._elements), has_size))
            if attributes.get("id") == END:
                self.has_ended = not self._cells()
                self.is_unended = not all(table.is_implied for table in self._open)
        if len(self._elements) == _DEEPEST:
            raise TooDeep
        around = self._cells()
        if tag in _PARTS:
            self._begin(tag, attributes, is_hidden=is_own_hidden)
            # A new cell or row has ended some of the cells around it.
            around = [cell for cell in around if cell in self._cells()] if around else around
        if (attributes or tag not in _PARTS) and self.style.strikes(tag, attributes):
            self._striking.append(len(self._elements))
        hides = tag in _UNSEEN or is_own_hidden
        if tag == "details" and "open" not in attributes:
            self._closed.append(len(self._elements))
            hides = True
        change = 1 if hides else 0
        if tag == "summary" and self._closed and self._closed[-1] == len(self._elements) - 1:
            change -= 1
        hides_in = around if change else _NO_CELLS
        for cell in hides_in:
            cell.unseen += change
        self._elements.append((hides_in, is_own_hidden, change))
        if tag == "style" and not self._is_styled and attributes.get("media", "").strip().lower() != "print":
            self._rules = []
        elif tag in _CONTROLS:
            self._begin_control(tag, attributes)
        self._break(tag, around)

    def end(self, tag: str) -> None:
        """End an element."""
        if tag == "select":
            self._end_choice()
        hides_in, was_hidden, change = self._elements.pop()
        self._hiding -= was_hidden
        for cell in hides_in:
            cell.unseen -= change
        if self._closed and self._closed[-1] == len(self._elements):
            self._closed.pop()
        if self._striking and self._striking[-1] == len(self._elements):
            self._striking.pop()
        if self._sizes and self._sizes[-1][0] == len(self._elements):
            self._sizes.pop()
        if tag == "label":
            for cell in self._cells():
                cell.radios.end_label()
        if tag == "style" and self._rules is not None:
            self.style = Style.of("".join(self._rules), self.style)
            self._rules = None
            self.is_restyled = self.is_restyled or bool(self.tables)
        elif tag == "textarea":
            self._text_areas -= 1
        # The end of any part ends its cell: pages leave out the closing tags of cells.
        if self._open and tag in _PARTS:
            self._end_cell(self._open[-1])
            if tag not in _CELLS:
                self._open[-1].row = None
            if tag == "table":
                self._open.pop()
        if tag != "br":
            self._break(tag, self._cells())

    def data(self, data: str) -> None:
        """Take a text."""
        if self._rules is not None:
            self._rules.append(data)
        elif self._choice is not None:
            self._choice.data(data)
        elif self._text_areas:
            self._add(data.replace("\r", "").replace("\n", LINE))
        else:
            self._add(squeezed(data))

    def _add(self, text: str) -> None:
        if self._sizes and not self._sizes[-1][1]:
            return
        for cell in self._cells():
            if not cell.unseen:
                cell.add(text)
                cell.is_struck = cell.is_struck or (bool(self._striking) and not text.isspace())

    def _begin_control(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "label":
            for cell in self._cells():
                cell.radios.begin_label(attributes)
        elif tag == "input" and attributes.get("type", "").strip().lower() == "radio":
            for cell in self._cells():
                if not cell.unseen:
                    cell.radios.begin(attributes)
        elif tag == "input":
            self._add(input_text(attributes))
        elif tag == "textarea":
            self._text_areas += 1
        elif tag == "select":
            self._choice = Choice.of(attributes)
        elif self._choice is not None:
            self._choice.begin_option(attributes)

    def _end_choice(self) -> None:
        if self._choice is not None:
            self._add(f" {self._choice.text()} ")
            self._choice = None

    def close(self) -> None:
        """Do nothing: the parser calls it behind the page."""

    def _cells(self) -> list[_Cell]:
        """The open cells, of nested tables from the outermost on."""
        return [table.cell for table in self._open if table.cell is not None]

    def _break(self, tag: str, cells: list[_Cell]) -> None:
        if cells and (mark := LINE if tag == "br" else BLOCK if tag in _BLOCKS else " " if tag in _CELLS else ""):
            for cell in cells:
                cell.add(mark)

    def _begin(self, tag: str, attributes: Mapping[str, str], *, is_hidden: bool) -> None:
        if tag == "table" or not self._open:
            # Rows without a table: browsers show their texts, spreadsheet programs their cells.
            if len(self._open) == _MOST_NESTED:
                raise TooDeep
            self._open.append(PageTable(self._hiding, is_implied=tag != "table"))
            self.tables.append(self._open[-1])
        if tag == "table":
            return
        table = self._open[-1]
        self._end_cell(table)
        if tag in _SECTIONS:
            table.row = None
            table.in_foot = tag == "tfoot"
        elif tag == "tr" or table.row is None:
            table.row = _Row(tag == "tr" and self._hiding > table.hiding)
            (table.foot if table.in_foot else table.rows).append(table.row)
        if tag in _CELLS:
            table.cell = _Cell(attributes, int(is_hidden), is_hidden=is_hidden)

    def _end_cell(self, table: PageTable) -> None:
        if table.cell is None or table.row is None:
            return
        self._end_choice()  # pages leave out its closing tag, too
        cell, table.cell = table.cell, None
        text, attributes = cell.text(), cell.attributes
        if cell.is_struck:
            table.row.struck.append(len(table.row.cells))
        if not attributes:
            table.row.cells.append((text, "", 1, 1))
            return
        value, unclear = ("", "") if cell.is_hidden else value_of(text, attributes, self.style)
        columns, rows = _span(attributes, "colspan", _WIDEST), _span(attributes, "rowspan", _TALLEST)
        table.row.cells.append((value, unclear, columns, rows))


def _span(attributes: Mapping[str, str], name: str, most: int) -> int:
    """The columns or rows of a cell; 0 rows are all that follow."""
    if (digits := attributes.get(name, "").strip()) in ("", "1"):
        return 1
    if not (digits.isascii() and digits.isdecimal()):
        return 1
    if digits.strip("0") == "":
        return most if name == "rowspan" else 1
    return min(int(digits[:9]), most)

"""Damaged files of every make: rows, or one sentence; never another error."""

import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from leadsync.errors import SheetError

DATA_FOLDER = Path(__file__).parent / "data"
FRAGMENTS = (b"<", b"&", b"\0", b'"', b"\xff", b"99999999999", b"XFD1048576", b"</row>", b"\r", b";", b"x" * 3000)
TEXT = "Id,Phone,Name\n" + "".join(f'{number},0412345678,"Lee, Zoë {number}"\n' for number in range(30))
PAGE = "<table>" + "".join(f"<tr><td>{cell}</td><td>x</td></tr>" for cell in ("Id", *range(30))) + "</table>"


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, left out, doubled or replaced in a few places."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        start = chance.randrange(len(changed) + 1)
        end = start + chance.choice((0, 1, 4, 64, 512))
        other = chance.randrange(len(changed) + 1)
        new = chance.choice((chance.choice(FRAGMENTS), b"", bytes(changed[other : other + 64]), chance.randbytes(4)))
        changed[start:end] = new
    return bytes(changed)


def damaged_archive(content: bytes, chance: random.Random) -> bytes:
    """One part of an archive damaged or left out."""
    copy = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(copy, "w") as target:
        wanted = chance.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            if name != wanted:
                target.writestr(name, part)
            elif chance.random() < 0.8:
                target.writestr(name, damaged(part, chance))
    return copy.getvalue()


@pytest.mark.parametrize("make", ["xlsx", "ods", "xls", "csv", "html"])
def test_a_damaged_file_gives_rows_or_one_sentence(tmp_path, workbook, rows_of, make):
    if make == "xlsx":
        content = workbook([["Id", "Name"], *([number, f"Ann {number}"] for number in range(30))]).read_bytes()
    elif make in ("ods", "xls"):
        content = (DATA_FOLDER / f"sample.{make}").read_bytes()
    else:
        content = (TEXT if make == "csv" else PAGE).encode()
    chance = random.Random(make)
    path = tmp_path / f"damaged.{make}"
    damage = damaged_archive if content.startswith(b"PK") else damaged
    sentences: list[str] = []
    widths: list[set[int]] = []
    for _ in range(12):
        path.write_bytes(damage(content, chance))
        try:
            widths.append({len(row.cells) for row in rows_of(path)})
        except SheetError as error:
            sentences.append(str(error))
    assert sentences
    assert all(one.startswith(str(path)) and one.endswith(".") and "\n" not in one for one in sentences)
    assert all(len(one) <= 1 for one in widths)

"""What was told already: kept for each folder, and read as far as it makes sense."""

import json
from pathlib import Path

import pytest

from leadsync.notify import Known, Memory

HERE, OTHER = "/srv/leads", "/srv/other"


def told(state: Path, content: object) -> Memory:
    """The memory of a state folder whose file holds this text, or this value as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    (state / "told.json").write_text(text, "utf-8")
    return Memory(state, HERE)


def test_what_was_told_is_remembered_for_each_folder(tmp_path: Path) -> None:
    Memory(tmp_path, HERE).remember({"runs": Known("away", 3)})
    Memory(tmp_path, OTHER).remember({})
    assert Memory(tmp_path, HERE).recall() == {"runs": Known("away", 3)}
    assert Memory(tmp_path, OTHER).recall() == {}
    Memory(tmp_path, HERE).remember({"failed rows": Known("R1")})
    assert Memory(tmp_path, HERE).recall() == {"failed rows": Known("R1")}, "what is over is forgotten"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "\ufeff",
        "null",
        "7",
        "[]",
        '["/srv/leads"]',
        '"/srv/leads"',
        {HERE: None},
        {HERE: []},
        {HERE: "runs"},
        {HERE: [["runs", "away"]]},
        {HERE: {"runs": None, "failed rows": 3, "decide R1": [1], "file a.csv": "away"}},
        pytest.param("[" * 100_000, id="a hundred thousand brackets"),
        pytest.param('{"/srv/leads": ' + "[" * 500 + "]" * 500 + "}", id="five hundred lists"),
        pytest.param('{"/srv/leads": {"runs": {"size": ' + "9" * 5_000 + "}}}", id="a number of 5,000 digits"),
    ],
)
def test_a_spoilt_file_says_nothing_and_can_be_written_anew(tmp_path: Path, content: object) -> None:
    memory = told(tmp_path, content)
    assert memory.recall() == {}
    memory.remember({"runs": Known("away", 3)})
    assert memory.recall() == {"runs": Known("away", 3)}


@pytest.mark.parametrize(
    ("entry", "known"),
    [
        ({"cause": "away", "size": 3}, Known("away", 3)),
        ({"cause": "away", "size": "3"}, Known("away", 3)),
        ({"cause": "away", "size": 3.0}, Known("away", 3)),
        ({"cause": "away", "size": "many"}, Known("away", 0)),
        ({"cause": "away", "size": None}, Known("away", 0)),
        ({"cause": "away", "size": [3]}, Known("away", 0)),
        ({"cause": "away", "size": float("inf")}, Known("away", 0)),
        ({"cause": "away", "size": float("nan")}, Known("away", 0)),
        ({"cause": "away"}, Known("away", 0)),
        ({"size": 3}, Known("", 3)),
        ({"cause": 7, "size": 3}, Known("", 3)),
        ({"cause": {"cause": "away"}, "size": 3}, Known("", 3)),
        ({}, Known("", 0)),
        ({"cause": "away", "size": 3, "since": "yesterday"}, Known("away", 3)),
    ],
)
def test_an_entry_is_read_as_far_as_it_makes_sense(tmp_path: Path, entry: object, known: Known) -> None:
    memory = told(tmp_path, {HERE: {"runs": entry, "failed rows": {"cause": "R1", "size": 0}}, OTHER: ["nonsense"]})
    assert memory.recall() == {"runs": known, "failed rows": Known("R1", 0)}


def test_what_another_folder_was_told_outlives_nonsense_beside_it(tmp_path: Path) -> None:
    nonsense = {"/srv/third": 7, HERE: {"runs": "away"}}
    told(tmp_path, {OTHER: {"runs": {"cause": "away", "size": 3}}, **nonsense}).remember({"runs": Known("full", 1)})
    assert Memory(tmp_path, OTHER).recall() == {"runs": Known("away", 3)}
    assert Memory(tmp_path, HERE).recall() == {"runs": Known("full", 1)}


def test_names_that_are_no_text_are_remembered_too(tmp_path: Path) -> None:
    """A folder or a file may be named by bytes that are not UTF-8; Python reads them so."""
    caf = "/srv/caf\udce9"
    Memory(tmp_path, caf).remember({"file caf\udce9.csv": Known("caf\udce9.csv does not exist", 0)})
    assert Memory(tmp_path, caf).recall() == {"file caf\udce9.csv": Known("caf\udce9.csv does not exist", 0)}

"""What was told already: kept for each folder, and read as far as it makes sense."""

import json
from pathlib import Path

import pytest

from leadsync.alerts import AlertState, AlertStore

HERE, OTHER = "/srv/leads", "/srv/other"


def told(state: Path, content: object) -> AlertStore:
    """The store of a state folder whose file holds this text, or this value as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    (state / "told.json").write_text(text, "utf-8")
    return AlertStore(state, HERE)


def test_what_was_told_is_remembered_for_each_folder(tmp_path: Path) -> None:
    AlertStore(tmp_path, HERE).save({"runs": AlertState("away", 3)})
    AlertStore(tmp_path, OTHER).save({})
    assert AlertStore(tmp_path, HERE).load() == {"runs": AlertState("away", 3)}
    assert AlertStore(tmp_path, OTHER).load() == {}
    AlertStore(tmp_path, HERE).save({"failed rows": AlertState("R1")})
    assert AlertStore(tmp_path, HERE).load() == {"failed rows": AlertState("R1")}, "what is over is forgotten"


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
    store = told(tmp_path, content)
    assert store.load() == {}
    store.save({"runs": AlertState("away", 3)})
    assert store.load() == {"runs": AlertState("away", 3)}


@pytest.mark.parametrize(
    ("entry", "known"),
    [
        ({"cause": "away", "size": 3}, AlertState("away", 3)),
        ({"cause": "away", "size": "3"}, AlertState("away", 3)),
        ({"cause": "away", "size": 3.0}, AlertState("away", 3)),
        ({"cause": "away", "size": "many"}, AlertState("away", 0)),
        ({"cause": "away", "size": None}, AlertState("away", 0)),
        ({"cause": "away", "size": [3]}, AlertState("away", 0)),
        ({"cause": "away", "size": float("inf")}, AlertState("away", 0)),
        ({"cause": "away", "size": float("nan")}, AlertState("away", 0)),
        ({"cause": "away"}, AlertState("away", 0)),
        ({"size": 3}, AlertState("", 3)),
        ({"cause": 7, "size": 3}, AlertState("", 3)),
        ({"cause": {"cause": "away"}, "size": 3}, AlertState("", 3)),
        ({}, AlertState("", 0)),
        ({"cause": "away", "size": 3, "since": "yesterday"}, AlertState("away", 3)),
    ],
)
def test_an_entry_is_read_as_far_as_it_makes_sense(tmp_path: Path, entry: object, known: AlertState) -> None:
    store = told(tmp_path, {HERE: {"runs": entry, "failed rows": {"cause": "R1", "size": 0}}, OTHER: ["nonsense"]})
    assert store.load() == {"runs": known, "failed rows": AlertState("R1", 0)}


def test_what_another_folder_was_told_outlives_nonsense_beside_it(tmp_path: Path) -> None:
    nonsense = {"/srv/third": 7, HERE: {"runs": "away"}}
    told(tmp_path, {OTHER: {"runs": {"cause": "away", "size": 3}}, **nonsense}).save({"runs": AlertState("full", 1)})
    assert AlertStore(tmp_path, OTHER).load() == {"runs": AlertState("away", 3)}
    assert AlertStore(tmp_path, HERE).load() == {"runs": AlertState("full", 1)}


def test_names_that_are_no_text_are_remembered_too(tmp_path: Path) -> None:
    """A folder or a file may be named by bytes that are not UTF-8; Python reads them so."""
    caf = "/srv/caf\udce9"
    AlertStore(tmp_path, caf).save({"file caf\udce9.csv": AlertState("caf\udce9.csv does not exist", 0)})
    assert AlertStore(tmp_path, caf).load() == {"file caf\udce9.csv": AlertState("caf\udce9.csv does not exist", 0)}

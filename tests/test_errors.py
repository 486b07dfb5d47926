"""Errors as values: their messages for a terminal and for a watched folder, and their causes."""

import pytest

from leadsync.errors import (
    LeadsyncError,
    RunCutError,
    SettingsError,
    SheetError,
    Stopped,
    UsageError,
    ended_by_signal,
    words_of_signal,
)

SEVERAL = SheetError(
    "a.xlsx: there is more than one sheet with data: 'A; name the one to read', 'B'",
    "name the one to read, such as --sheet B",
    folder_remedy="leave one sheet with data in it",
    sheets=("A", "B"),
    names_file=True,
)


def test_the_message_of_a_sheets_error_ends_with_the_remedy_of_its_place() -> None:
    fault = "a.xlsx: there is more than one sheet with data: 'A; name the one to read', 'B'"
    assert str(SEVERAL) == f"{fault}; name the one to read, such as --sheet B."
    assert SEVERAL.for_folder() == f"{fault}; leave one sheet with data in it."


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UsageError("a.csv is no file."), "a.csv is no file."),
        (
            SettingsError("leadsync.toml: [server] url is not set.", "It is not set."),
            "leadsync.toml: [server] url is not set.",
        ),
        (SheetError("a.csv: the file is empty."), "a.csv: the file is empty."),
        (SheetError("a.csv: it is damaged", "get it anew"), "a.csv: it is damaged; get it anew."),
    ],
)
def test_an_error_without_a_remedy_for_folders_is_the_same_there(error: UsageError, message: str) -> None:
    assert str(error) == error.for_folder() == message
    assert (error.names_file, error.cause) == (False, message)


def test_a_cause_leaves_out_times_and_counts() -> None:
    stopped = Stopped("no slot came free since 14:03", cause="no slot came free")
    assert (str(stopped), stopped.cause) == ("no slot came free since 14:03", "no slot came free")
    assert LeadsyncError("it failed").cause == "it failed"


def test_a_signal_tells_what_the_error_said_whose_way_it_has_cut() -> None:
    struck = KeyboardInterrupt()
    struck.__context__ = RunCutError("Run 1 stopped.")
    assert words_of_signal(struck) == "Run 1 stopped."
    assert words_of_signal(KeyboardInterrupt()) == ""


def test_the_innermost_words_for_a_signal_count() -> None:
    with pytest.raises(KeyboardInterrupt) as caught, ended_by_signal("outer"), ended_by_signal("inner"):
        raise KeyboardInterrupt
    assert words_of_signal(caught.value) == "inner"

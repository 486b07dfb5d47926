"""A row becomes the documented JSON body, or every reason why it is not sent."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads import NEW_LEAD, Input, Rules, map_columns, map_row
from leadsync.leads.text import trim
from leadsync.models import Lead, Note, NoteKind, Row
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.report import problem, reason_words, remedy

RULES = Rules(now=datetime(2026, 3, 1, tzinfo=UTC))


def lead(cells: dict[str, str], rules: Rules = RULES, dates: tuple[int, ...] = ()) -> Lead | Rejected:
    return map_row(Row(2, tuple(cells.values()), dates), map_columns(tuple(cells), rules), rules)


def sent(cells: dict[str, str], rules: Rules = RULES) -> dict[str, str]:
    found = lead(cells, rules)
    assert isinstance(found, Lead), str(found)
    return dict(found.fields)


def faults(cells: dict[str, str], rules: Rules = RULES) -> list[tuple[str, str]]:
    found = lead(cells, rules)
    assert isinstance(found, Rejected)
    return [(fault.column, problem(fault)) for fault in found.faults]


def test_the_sample_of_the_documentation() -> None:
    found = lead(
        {
            "External Id": "9856",
            "Name": "Jane Smith",
            "StreetAddress": "Suite 8/10 Hoddle St",
            "City": "Abbotsford",
            "State": "Vic",
            "PostCode": "3064",
            "First Phone": "(03) 8321 8199",
            "Second Phone": "",
            "Outcome": "Sale",
        }
    )
    assert isinstance(found, Lead)
    assert found.external_id == "9856"
    assert list(found.fields.items()) == [
        ("Name", "Jane Smith"),
        ("StreetAddress", "Suite 8/10 Hoddle St"),
        ("City", "Abbotsford"),
        ("State", "Vic"),
        ("PostCode", "3064"),
        ("FirstPhone", "0383218199"),
        ("SecondPhone", "<No Change>"),
        ("njDisposition", "Sale"),
    ]
    assert found.notes == (Note(NoteKind.REPAIR, "separators removed", "First Phone", "(03) 8321 8199", "0383218199"),)


def test_callback_and_priority_are_texts_in_the_body() -> None:
    cells = {
        "Lead Id": "1",
        "FirstPhone": "0383218199",
        "Callback": "24/11/2026 14:30",
        "Priority": "10.0",
        "Outcome": "",
    }
    assert sent(cells) == {
        "FirstPhone": "0383218199",
        "njCallBackDate": "2026/11/24 14:30",
        "njPriority": "10",
        "njDisposition": "<No Change>",
    }


def test_blank_cells_leave_their_field_out() -> None:
    cells = {
        "Lead Id": "1",
        "Name": " ",
        "Priority": "",
        "Contact Hours": "\u00a0",
        "FirstPhone": "0383218199",
        "Outcome": "Sale",
    }
    assert sent(cells) == {"FirstPhone": "0383218199", "njDisposition": "Sale"}


def test_what_the_dialer_demands_is_added_where_no_column_has_it() -> None:
    assert sent({"Lead Id": "1", "Name": "Jo"}) == {
        "Name": "Jo",
        "njDisposition": "<No Change>",
        "FirstPhone": "<No Change>",
    }


def test_blanks_that_the_settings_refuse() -> None:
    strict = replace(RULES, input=Input(blank_disposition="reject", blank_callback="reject", blank_phone="omit"))
    assert faults({"Lead Id": "1", "Outcome": "", "Callback": "", "FirstPhone": ""}, strict) == [
        ("Outcome", "is blank"),
        ("Callback", "is blank"),
        ("", "there is no phone number in FirstPhone"),
    ]
    assert faults({"Lead Id": "1"}, strict) == [
        ("", "no column fills njDisposition"),
        ("", "no column fills njCallBackDate"),
        ("", "there is no phone number in FirstPhone or SecondPhone"),
    ]


def test_a_blank_phone_beside_another_is_left_out_where_the_settings_say_so() -> None:
    omit = replace(RULES, input=Input(blank_phone="omit"))
    cells = {"Lead Id": "1", "FirstPhone": "", "SecondPhone": "0412345678", "Outcome": "Sale"}
    assert sent(cells, omit) == {"SecondPhone": "0412345678", "njDisposition": "Sale"}


BAD_SECOND = {"Lead Id": "1", "FirstPhone": "0412345678", "SecondPhone": "N/A", "Outcome": "Sale"}


def test_an_unreadable_phone_beside_a_good_one_is_sent_back_with_the_setting_that_leaves_it_out() -> None:
    found = lead(BAD_SECOND)
    assert isinstance(found, Rejected)
    assert reason_words(found) == (
        "SecondPhone 'N/A' is a word for no number; leave the cell blank or add it to blank_words in [input], or set "
        'bad_phone to "omit" in [input] to send the row with FirstPhone alone.'
    )


def test_an_unreadable_phone_beside_a_good_one_is_left_out_where_the_settings_say_so() -> None:
    omit = replace(RULES, input=Input(bad_phone="omit"))
    assert sent(BAD_SECOND, omit) == {"FirstPhone": "0412345678", "njDisposition": "Sale"}
    found = lead(BAD_SECOND, omit)
    assert isinstance(found, Lead)
    assert found.notes == (
        Note(NoteKind.WARNING, "an unreadable phone beside a good one: left out", "SecondPhone", "N/A"),
    )
    assert faults({**BAD_SECOND, "FirstPhone": ""}, omit) == [("SecondPhone", "is a word for no number")]
    assert faults({**BAD_SECOND, "FirstPhone": "8321 8199"}, omit) == [
        ("FirstPhone", "has no area code"),
        ("SecondPhone", "is a word for no number"),
    ]
    assert faults({**BAD_SECOND, "Lead Id": ""}, omit) == [("Lead Id", "is blank")]


def test_two_numbers_in_a_cell_are_proposed_for_two_fields() -> None:
    found = lead({"Lead Id": "1", "SecondPhone": "0412345678 / 03 8321 8199", "Outcome": "Sale"})
    assert isinstance(found, Rejected)
    assert reason_words(found) == (
        "SecondPhone '0412345678 / 03 8321 8199' holds more than one number; write 0412345678 in SecondPhone and "
        "03 8321 8199 in FirstPhone."
    )


@given(word=st.text(min_size=1, max_size=8).filter(trim), field=st.sampled_from(["Name", "Outcome", "Callback"]))
def test_a_word_for_blank_is_sent_as_a_blank_cell_is(word: str, field: str) -> None:
    blank_words = replace(RULES, input=Input(blank_words=(word,)))
    cells = {"Lead Id": "A1", "FirstPhone": "0412345678", "Name": "", "Outcome": "", "Callback": ""}
    if trim(word) not in ("A1", "0412345678"):
        assert sent({**cells, field: word}, blank_words) == sent(cells)


def test_words_for_blank_are_shown_as_repairs_and_reject_a_blank_id() -> None:
    blank_words = replace(RULES, input=Input(blank_words=("NULL", "N/A")))
    found = lead({"Lead Id": "A1", "FirstPhone": "0412345678", "Name": " NULL", "Town": "Null"}, blank_words)
    assert isinstance(found, Lead)
    assert found.fields["Town"] == "Null"
    assert found.notes == (Note(NoteKind.REPAIR, "a word for blank: read as a blank cell", "Name", " NULL"),)
    assert faults({"Lead Id": "N/A", "FirstPhone": "0412345678"}, blank_words) == [("Lead Id", "is blank")]
    joined = {"Lead Id": "A1", "FirstPhone": "0412345678", "Callback": "NULL", "Callback Time": "NULL"}
    assert "njCallBackDate" not in sent(joined, blank_words)


def test_a_leading_apostrophe_is_taken_off_in_every_column() -> None:
    found = lead({"Lead Id": "'00123", "Name": "'Ann", "Priority": "'10", "FirstPhone": "'0412345678"})
    assert isinstance(found, Lead)
    assert found.external_id == "00123"
    assert found.fields == {
        "Name": "Ann",
        "njPriority": "10",
        "FirstPhone": "0412345678",
        "njDisposition": "<No Change>",
    }
    assert {note.what for note in found.notes} == {"apostrophe removed"}
    assert [note.column for note in found.notes] == ["Lead Id", "Name", "Priority", "FirstPhone"]


def test_an_apostrophe_of_the_value_itself_stays() -> None:
    kept = {"Name": "'t Hooft", "City": "'s-Hertogenbosch", "Remark": "'quoted'"}
    assert sent({"Lead Id": "1", **kept}).items() >= kept.items()


def test_a_priority_or_callback_of_words_names_the_way_to_leave_the_column_out() -> None:
    found = lead({"Lead Id": "1", "Priority": "Normal", "Callback": "Yes"})
    assert isinstance(found, Rejected)
    assert [remedy(fault) for fault in found.faults] == [
        f'{wanted}; to leave the column out, write "{heading}" = "" under [columns] in the settings'
        for heading, wanted in (
            ("Priority", "write a whole number from 0 (called first) to 100 (last), or leave the cell blank"),
            ("Callback", "write it as day/month/year, for example 24/11/2026 14:30"),
        )
    ]


def test_a_blank_callback_is_warned_of() -> None:
    found = lead({"Lead Id": "1", "FirstPhone": "0383218199", "Callback": "", "Outcome": "Sale"})
    assert isinstance(found, Lead)
    assert found.notes == (Note(NoteKind.WARNING, NEW_LEAD, "Callback", ""),)
    assert "njCallBackDate" not in found.fields


def test_all_faults_of_a_row_are_told_together() -> None:
    cells = {"Lead Id": "", "FirstPhone": "8321 8199", "Callback": "soon", "Priority": "101", "Outcome": "Sale"}
    assert faults(cells) == [
        ("Lead Id", "is blank"),
        ("FirstPhone", "has no area code"),
        ("Callback", "has no date in it"),
        ("Priority", "is no priority"),
    ]


def test_a_rejection_names_its_lead_and_reads_as_a_sentence() -> None:
    found = lead({"Lead Id": "9856", "FirstPhone": "8321 8199", "Outcome": "Sale"})
    assert isinstance(found, Rejected)
    assert found.external_id == "9856"
    assert reason_words(found) == (
        "FirstPhone '8321 8199' has no area code; write it with its area code, for example (02) 1234 5678."
    )


def test_a_row_that_the_reader_could_not_read() -> None:
    mapping = map_columns(["Lead Id"], RULES)
    quote = Fault("", "", FaultKind.QUOTE_IN_CELL)
    row = Row(7, ("9856",), faults=(quote,))
    found = map_row(row, mapping, RULES)
    assert found == Rejected((quote,))
    assert reason_words(found) == "The row has a quotation mark inside a quoted cell; write it twice, or leave it out."
    assert isinstance(map_row(Row(8, ("1", "2")), mapping, RULES), Rejected)


def test_a_value_under_no_heading_rejects_no_row() -> None:
    assert sent({"Lead Id": "1", "": "stray", "Outcome": "Sale"})["njDisposition"] == "Sale"


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "Err:502", "########"])
def test_error_cells_are_refused_where_they_would_be_sent(cell: str) -> None:
    assert faults({"Lead Id": "1", "Name": cell}) == [("Name", "is a spreadsheet's error, not a value")]
    unsent = replace(RULES, columns={"Name": ""})
    assert sent({"Lead Id": "1", "Name": cell}, unsent)["njDisposition"] == "<No Change>"


def test_text_that_cannot_be_sent() -> None:
    assert faults({"Lead Id": "1", "Name": "a\x00b"}) == [("Name", "holds the control character U+0000")]
    assert faults({"Lead Id": "1", "Name": "a\ud800b"}) == [("Name", "holds the control character U+D800")]
    assert faults({"Lead Id": "1", "Name": "a" * 32_768}) == [
        ("Name", "is longer than a cell can be (32,767 characters)")
    ]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Null", "Null"),
        ("NA", "NA"),
        ("O’Brien", "O’Brien"),
        ("\u00a0Zoë\ufeff", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("1 Main St\nAbbotsford", "1 Main St\nAbbotsford"),
        ('="00123"', "00123"),
        ("=1+1", "=1+1"),
    ],
)
def test_campaign_fields_go_out_as_they_stand(cell: str, name: str) -> None:
    assert sent({"Lead Id": "1", "Name": cell})["Name"] == name


def test_no_change_is_for_dispositions_and_phones_alone() -> None:
    cells = {"Lead Id": "1", "Name": "<No Change>", "Priority": "<no change>", "Callback": "<No Change>"}
    assert [column for column, _ in faults(cells)] == ["Name", "Priority", "Callback"]
    assert faults({"Lead Id": "<No Change>"}) == [("Lead Id", "names no lead")]


@pytest.mark.parametrize("cell", ["00123", "9856.0", "AB-12", "a b", "1E5", "1234567890123450", "0061Q00000abcDE"])
def test_external_ids_are_kept_exact(cell: str) -> None:
    found = lead({"Lead Id": f" {cell}\u200b"})
    assert isinstance(found, Lead)
    assert found.external_id == cell


@pytest.mark.parametrize("cell", ["1.23457E+14", "1E+20", "12345678901234500", "a\nb"])
def test_external_ids_that_a_spreadsheet_destroyed(cell: str) -> None:
    assert [column for column, _ in faults({"Lead Id": cell})] == ["Lead Id"]


def test_an_external_id_that_became_a_date_cell() -> None:
    found = lead({"Lead Id": "2026-02-01"}, dates=(0,))
    assert isinstance(found, Rejected)


def test_a_phone_that_became_a_date_cell() -> None:
    found = lead({"Lead Id": "1", "FirstPhone": "2026-11-24"}, dates=(1,))
    assert reason_words(found) == (
        "FirstPhone '2026-11-24' is a date, into which a spreadsheet turned the number; "
        "format the column as text and write the number again."
    )


def test_invisible_characters_in_an_id_are_removed_and_said() -> None:
    found = lead({"Lead Id": "98\u200b56", "FirstPhone": "0383218199", "Outcome": "Sale"})
    assert isinstance(found, Lead)
    assert found.external_id == "9856"
    assert [note.what for note in found.notes] == ["invisible characters removed"]


@pytest.mark.parametrize(
    ("cell", "priority"), [("0", "0"), ("100", "100"), ("007", "7"), ("10.0", "10"), ("１０", "10")]
)
def test_priorities(cell: str, priority: str) -> None:
    assert sent({"Lead Id": "1", "Priority": cell})["njPriority"] == priority


@pytest.mark.parametrize("cell", ["101", "-1", "5.5", "high", "10%", "1e1"])
def test_priorities_out_of_range(cell: str) -> None:
    assert faults({"Lead Id": "1", "Priority": cell}) == [("Priority", "is no priority")]


@pytest.mark.parametrize(
    ("cell", "disposition"),
    [
        ("Sale", "Sale"),
        (" SALE ", "Sale"),
        ("call  back", "Call Back"),
        ("Don't Call", "Don’t Call"),
        ("<no change>", "<No Change>"),
        ("", "<No Change>"),
    ],
)
def test_dispositions_are_sent_as_the_settings_spell_them(cell: str, disposition: str) -> None:
    listed = replace(RULES, input=Input(dispositions=("Sale", "Call Back", "Don’t Call")))
    assert sent({"Lead Id": "1", "Outcome": cell}, listed)["njDisposition"] == disposition


def test_an_unknown_disposition_names_the_closest() -> None:
    listed = replace(RULES, input=Input(dispositions=("Sale", "Call Back", "Do Not Call")))
    found = lead({"Lead Id": "1", "Outcome": "Callback"}, listed)
    assert reason_words(found) == (
        "Outcome 'Callback' is none of the campaign's dispositions; "
        "write Call Back, or add it to dispositions in the settings."
    )


def test_dispositions_without_a_list_go_out_as_they_stand() -> None:
    assert sent({"Lead Id": "1", "Outcome": " sALE "})["njDisposition"] == "sALE"
    assert faults({"Lead Id": "1", "Outcome": "No Change"}) == [("Outcome", "lacks its angle brackets")]


def test_a_row_with_contact_hours_of_its_own_is_warned_of() -> None:
    cells = {
        "Lead Id": "1",
        "FirstPhone": "0383218199",
        "Outcome": "Sale",
        "Callback": "2026/11/24 14:30",
        "Contact Hours": "Australia/Perth",
    }
    found = lead(cells)
    assert isinstance(found, Lead)
    assert [note.what for note in found.notes] == ["the dialer reads this date in the row's own Contact Hours"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"region": "Australia"}, "no such region"),
        ({"timezone": "Melbourne"}, "no such timezone"),
        ({"timezone": "../x"}, "no such timezone"),
        ({"phone_fields": ()}, "at least 1 item"),
    ],
)
def test_settings_that_cannot_be_used(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Input(**change)


_HEADINGS = ("Lead Id", "Name", "FirstPhone", "SecondPhone", "Outcome", "Callback", "Priority", "Contact Hours")
_CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "<No Change>", "0383218199", "24/11/2026", "#N/A", "10", '="7"', "Sale", "\u200b"]),
)


@given(cells=st.tuples(*[_CELL] * len(_HEADINGS)))
def test_any_text_ends_in_a_lead_or_a_rejection_and_a_lead_maps_to_itself(cells: tuple[str, ...]) -> None:
    mapping = map_columns(_HEADINGS, RULES)
    found = map_row(Row(2, cells), mapping, RULES)
    if isinstance(found, Rejected):
        assert found.faults
        assert all(problem(fault) and remedy(fault) for fault in found.faults)
        return
    names = ("njExternalLeadId", "Name", "FirstPhone", "SecondPhone", "njDisposition", "njCallBackDate", "njPriority")
    values = {"njExternalLeadId": found.external_id, **found.fields}
    again = map_row(Row(2, tuple(values.get(name, "") for name in (*names, "njContactHours"))), mapping, RULES)
    assert isinstance(again, Lead)
    assert (again.external_id, again.fields) == (found.external_id, found.fields)
    assert [note for note in again.notes if note.kind is NoteKind.REPAIR] == []


_SENT_AS = {
    "Outcome": "njDisposition",
    "Callback": "njCallBackDate",
    "Priority": "njPriority",
    "Contact Hours": "njContactHours",
}
_BLANKS = st.sampled_from(["", "", " ", "\u00a0", "\u200b", "\n", "\ufeff"])
_TELLING = st.sampled_from(
    (
        *(
            "0383218199",
            "+61 412 345 678",
            "٠٣٨٣٢١٨١٩٩",
            "03\u00a08321 8199",
            "'0412345678",
            "a\u00a0b",
            '="7"',
            "１２",
        ),
        *("24/11/2026", "46350", "2026/11/24 14:30", "010", "9856.0", "sale", "Zoe\u0308", "O’Brien", "1\u200b2"),
        *("<NO CHANGE>", "a\u00a0b"),
    )
)


@given(
    heading=st.sampled_from(["Lead Id", "FirstPhone", "Outcome", "Callback", "Priority", "Name", "Contact Hours"]),
    before=_BLANKS,
    text=_TELLING | st.text(max_size=20),
    behind=_BLANKS,
    listed=st.sampled_from([(), ("Sale", "Call Back")]),
)
def test_nothing_is_changed_silently(
    heading: str, before: str, text: str, behind: str, listed: tuple[str, ...]
) -> None:
    cell = before + text + behind
    cells = {"Lead Id": "1", "FirstPhone": "0383218199", heading: cell}
    found = lead(cells, replace(RULES, input=Input(dispositions=listed)))
    if isinstance(found, Rejected):
        assert [fault.column for fault in found.faults] == [heading]
        return
    value = found.fields.get(_SENT_AS.get(heading, heading), "") if heading != "Lead Id" else found.external_id
    repairs = [note for note in found.notes if note.kind is NoteKind.REPAIR and note.column == heading]
    assert all((note.before, note.after) == (cell, value) for note in repairs)
    is_blank = trim(cell).removeprefix("'") == ""  # a spreadsheet marks an empty text so
    said = value == cell or repairs or (value in ("", "<No Change>") and is_blank)
    assert said, (cell, value)


@pytest.mark.parametrize(
    ("date", "time", "sent"),
    [
        ("24/11/2027", "14:30", "2027/11/24 14:30"),
        ("24/11/2027", "2.30pm", "2027/11/24 14:30"),
        ("24/11/2027", "1430", "2027/11/24 14:30"),
        ("14:30", "24/11/2027", "2027/11/24 14:30"),
        ("24/11/2027 00:00", "14:30", "2027/11/24 14:30"),
        ("24/11/2027 14:30", "", "2027/11/24 14:30"),
        ("24/11/2027", "", "2027/11/24 00:00"),
        ("", "", None),
        ("24/11/2027 09:00", "14:30", Rejected),
        ("24/11/2027", "soon", Rejected),
        ("24/11/2027", "25/11/2027", Rejected),
        ("", "14:30", Rejected),
    ],
)
def test_a_callbacks_date_and_time_are_joined(date: str, time: str, sent: str | type | None) -> None:
    found = lead({"Lead Id": "A1", "FirstPhone": "0383218199", "Callback Date": date, "Callback Time": time})
    if sent is Rejected:
        assert isinstance(found, Rejected)
        assert [fault.column for fault in found.faults] == ["Callback Date"]
    else:
        assert isinstance(found, Lead)
        assert found.fields.get("njCallBackDate") == sent

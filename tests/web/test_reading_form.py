"""The form of a draft."""

from leadsync.config import SheetChoices
from leadsync.web.preview import Preview
from leadsync.web.reading_form import NEW_PHONE, fields_for, reading_from

FIELDS = ["njExternalLeadId", "njDisposition", "njCallBackDate", "FirstPhone", "SecondPhone", "njPriority"]


def column(heading: str, field: str = "", meant: str = "", completes: str = "") -> Preview:
    return {"heading": heading, "field": field, "meant": meant, "completes": completes}


SHOWN: Preview = {
    "fields": FIELDS,
    "columns": [
        column("Cust No.", "Cust No.", "njExternalLeadId"),
        column("Result", "Result", "njDisposition"),
        column("Notes", "Notes"),
        column("Time", completes="njCallBackDate"),
        column(""),
    ],
}


def test_columns_left_alone_are_not_chosen() -> None:
    form = {"column-0": "Cust No.", "column-1": "Result", "column-3": "njCallBackDate", "column-4": ""}
    assert reading_from(form, SheetChoices(), SHOWN) == SheetChoices()
    before = SheetChoices(columns={"Notes": ""})
    assert reading_from(form, before, SHOWN) == before, "an earlier choice stays"


def test_a_chosen_field_is_kept_by_its_heading() -> None:
    form = {"column-0": "njExternalLeadId", "column-2": "", "column-99": "njPriority"}
    assert reading_from(form, SheetChoices(), SHOWN).columns == {"Cust No.": "njExternalLeadId", "Notes": ""}


def test_fields_perhaps_meant_are_taken_together_but_for_those_chosen_otherwise() -> None:
    form = {"take_meant": "1", "column-0": "Cust No.", "column-1": ""}
    assert reading_from(form, SheetChoices(), SHOWN).columns == {"Cust No.": "njExternalLeadId", "Result": ""}


def test_one_more_phone_gets_a_field_of_its_name() -> None:
    reading = reading_from({"column-2": NEW_PHONE}, SheetChoices(), SHOWN)
    assert reading.columns == {"Notes": "Notes"}
    assert reading.input["phone_fields"] == ["FirstPhone", "SecondPhone", "Notes"]


def test_rules_are_taken_and_given_back_to_the_settings() -> None:
    form = {
        "campaign": "winback",
        "sheet": "Sheet 2",
        "headings_row": "3",
        "date_order": "mdy",
        "blank_words": "NULL, n/a,",
        "options": "1",
        "skip_unchanged": "1",
        "fresh": "1",
        "inserts": "missing",
    }
    reading = reading_from(form, SheetChoices(), SHOWN)
    assert reading.input == {
        "headings_row": 3,
        "date_order": "mdy",
        "blank_words": ["NULL", "n/a"],
        "skip_unchanged": True,
    }
    assert (reading.campaign, reading.sheet, reading.inserts, reading.fresh) == ("winback", "Sheet 2", "missing", True)
    emptied = dict.fromkeys(("campaign", "sheet", "headings_row", "date_order", "blank_words", "inserts"), "")
    assert reading_from({**emptied, "options": "1"}, reading, SHOWN) == SheetChoices()


def test_without_a_preview_the_rules_alone_are_taken() -> None:
    assert reading_from({"sheet": "B", "column-0": "njDisposition"}, SheetChoices(), None) == SheetChoices(sheet="B")


def test_the_fields_to_choose_from_hold_the_columns_own_and_its_present_one() -> None:
    found = dict(fields_for(column("Notes", "AgentNotes"), SHOWN))
    assert found["Notes"] == "campaign field “Notes”"
    assert found["AgentNotes"] == "campaign field “AgentNotes”"
    assert found["njDisposition"] == "Outcome"
    assert found["SecondPhone"] == "Phone: SecondPhone"
    assert found[""] == "not sent"
    assert fields_for(column("Result", "njDisposition"), SHOWN)[0][0] == ""

"""Headings as people write them: which field each is meant for, and those that only sound alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.common_names import (
    field_meant,
    has_time_word,
    is_known_for_ids,
    looks_like_a_phone,
    looks_like_a_time,
    may_be_a_phone,
    names_an_id,
)

OUTCOMES = (
    *("Result", "Call result", "CALL_RESULT", "Result of call", "Outcome of call", "Last result", "Dispo", "Disp Code"),
    *("STATUS", "CallStatus", "Lead_Status__c", "Final status", "Wrap code", "Wrap-up code", "wrapcode", "Close Code"),
    *("Outcome code", "Contact Outcome", "Termination code"),
)
CALLBACKS = (
    *("Follow-up date", "followupdate", "F/U", "FUP date", "Next call", "Date of next call", "Next call time"),
    *("Ring back", "Ringback Time", "CB date", "CBDate", "CB", "Recall", "Appointment", "Appt. date", "Call again"),
    *("When to call back", "Call after", "Recontact date", "Rescheduled to"),
)
OTHERS = (
    *("Name", "City", "Close Date", "Marital Status", "Account Status", "Test Result", "Date", "Time", "Code", "Last"),
    *("Call notes", "New", "", "123", "Call Outcome Date", "CallOutcomeTime", "Disposition date", "Call Date"),
    *("Date of call", "CallTime", "Estado", "Fecha de alta"),
)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *((heading, "njDisposition") for heading in OUTCOMES),
        *((heading, "njCallBackDate") for heading in CALLBACKS),
        *((heading, "") for heading in OTHERS),
    ],
)
def test_the_field_meant_by_a_heading(heading: str, field: str) -> None:
    assert field_meant(heading, ()) == field
    assert field_meant(heading, {"njDisposition", "njCallBackDate"}) == ""


def test_a_heading_like_the_dialers_own_fields_is_meant_for_one_though_it_is_filled() -> None:
    assert field_meant("njDispositon", {"njDisposition"}) == "njDisposition"
    assert field_meant("njSomething", ()) == ""


@given(words=st.permutations(["call", "result", "code", "last"]))
def test_the_order_of_the_words_does_not_count(words: list[str]) -> None:
    assert field_meant(" ".join(words), ()) == "njDisposition"


def test_headings_of_phones() -> None:
    for heading in ("Home", "Fijo", "work", "B.H.", "AH", "Best number", "After hours"):
        assert may_be_a_phone(heading)
        assert not looks_like_a_phone(heading)
    for heading in ("Mobile", "Phone 1", "Tel", "home tel", "Tel.", "Ph:", "(mob)", "TelNo"):
        assert looks_like_a_phone(heading)
    assert not any(map(looks_like_a_phone, ("Hotel", "Agent phone", "Fax phone", "Do not phone")))
    assert looks_like_a_phone("Halifax phone")
    assert not may_be_a_phone("Homework")


def test_headings_that_say_time() -> None:
    headings = ("Start Time", "CallbackHour", "Time From", "Time Zone", "Talk time", "Last call time", "Date")
    assert list(map(has_time_word, headings)) == [True, True, True, False, False, False, False]


def test_headings_of_times_and_ids() -> None:
    assert [looks_like_a_time(heading) for heading in ("Time", "Call time", "Timezone", "Date")] == [
        *(True, True, False, False),
    ]
    headings = ("Account No", "CustomerNo", "Lead", "No", "Ann Lee", "Order no", "Result code", "Casino")
    assert list(map(is_known_for_ids, headings)) == [True, True, True, False, False, False, False, False]
    assert not is_known_for_ids("kunden" * 5_000 + "x"), "at once, though each Kunden may be Kunde N"
    assert list(map(names_an_id, headings)) == [True, True, False, True, False, True, True, False]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Ergebnis", "njDisposition"),
        ("Résultat appel", "njDisposition"),
        ("Esito", "njDisposition"),
        ("Wynik rozmowy", "njDisposition"),
        ("Wiedervorlage", "njCallBackDate"),
        ("Rückruf am", "njCallBackDate"),
        ("Wiedervorlage am", "njCallBackDate"),
        ("Wiedervorlagedatum", "njCallBackDate"),
        ("Rellamada", "njCallBackDate"),
        ("Fecha de rellamada", "njCallBackDate"),
        ("Estado de la llamada", "njDisposition"),
        ("Oddzwonić", "njCallBackDate"),
    ],
)
def test_headings_of_other_languages(heading, field):
    assert field_meant(heading, ()) == field


@pytest.mark.parametrize(
    "heading", ["Telefon", "Handynummer", "Téléphone 1", "Teléfono", "Celular", "Cellulare", "Telefoonnummer"]
)
def test_phones_of_other_languages(heading):
    assert looks_like_a_phone(heading)


@pytest.mark.parametrize("heading", ["Kunden-Nr", "Kunden Nummer", "Cliente numero", "Klient numer"])
def test_ids_of_other_languages(heading):
    assert is_known_for_ids(heading)

"""Counts over a sheet, by hand-made rows."""

from datetime import UTC, datetime

from leadsync.models import Lead, Note, NoteKind, Row
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.run import Survey

MONDAY, TUESDAY = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)


def lead(name: str, disposition: str = "Sale", *notes: Note, callback: str = "") -> Lead:
    fields = {"njDisposition": disposition} | ({"njCallBackDate": callback} if callback else {})
    return Lead(name, fields, notes)


def test_rows_without_a_callback_date_are_counted_by_disposition_and_leads_by_their_rows() -> None:
    survey = Survey()
    for number, one in enumerate((lead("A"), lead("B", callback="2031/01/01 10:00"), lead("B", "Busy"), lead("B")), 2):
        survey.accept(number, one)
    assert survey.undated == {"Sale": 2, "Busy": 1}
    assert survey.new_leads() == 3
    assert (survey.repeated_leads, survey.repeated_rows) == (1, 3)
    assert [survey.is_repeated(name) for name in "AB"] == [False, True]


def test_rows_are_counted_by_their_way() -> None:
    survey = Survey()
    survey.accept(2, lead("A"))
    survey.accept(3, lead("A", callback="2031/01/01 10:00"))
    survey.reject(
        4,
        Rejected(
            (Fault("Id", "", FaultKind.BLANK_ID), Fault("Row", "", FaultKind.MERGED_CELL, details={"letter": "B"}))
        ),
    )
    survey.skip(Skip(SkipKind.UNCHANGED, "r1"))
    survey.skip(Skip(SkipKind.UNDECIDED_BEFORE, "r1", 2))
    assert (survey.rows, survey.to_send, survey.skipped, survey.rejected) == (5, 2, 2, 1)
    assert (survey.repeated_leads, survey.callbacks) == (1, 1)
    assert survey.of_other_runs == {(SkipKind.UNDECIDED_BEFORE, "r1"): 1}
    assert sum(group.count for group in survey.rejections.values()) == 2


def test_cells_with_several_numbers_are_one_group() -> None:
    survey = Survey()
    for number, phones in ((2, ("0412345678", "0383218199")), (3, ("0412345679", "0383218198"))):
        details = {"numbers": phones}
        survey.reject(number, Rejected((Fault("Phone", "/".join(phones), FaultKind.SEVERAL_PHONES, details=details),)))
    assert [(group.what, group.count) for group in survey.rejections.values()] == [("holds more than one number", 2)]


def test_rows_without_a_callback_date_are_new_leads_up_to_a_trials_end() -> None:
    survey = Survey()
    survey.accept(2, lead("A", callback="2031/01/01 10:00"))
    survey.accept(3, lead("B"))
    survey.accept(4, Lead("C", {"njExternalLeadId": "C"}))
    survey.accept(5, lead("D"))
    assert survey.new_leads() == 2, "an insert is a new lead anyway"
    assert survey.new_leads(2) == 1


def test_dispositions_remember_their_first_row() -> None:
    survey = Survey()
    for number, disposition in ((2, "Sale"), (3, "sale"), (4, "Sale")):
        survey.accept(number, lead(f"L{number}", disposition))
    assert survey.dispositions == {"Sale": 2, "sale": 1}
    assert survey.disposition_rows == {"Sale": 2, "sale": 3}


def test_notes_are_grouped_with_their_first_examples() -> None:
    survey = Survey()
    for number in range(2, 7):
        note = Note(NoteKind.REPAIR, "leading zero restored", "Phone", str(number), f"0{number}")
        survey.accept(number, lead(f"L{number}", "Sale", note))
    survey.accept(7, lead("L7", "Sale", Note(NoteKind.WARNING, "in the past", "When", "x", "x")))
    [repair], [warning] = survey.repairs.values(), survey.warnings.values()
    assert (repair.count, repair.rows) == (5, [2, 3, 4])
    assert repair.examples == [("2", "02"), ("3", "03"), ("4", "04")]
    assert (warning.what, warning.column, warning.count) == ("in the past", "When", 1)


def test_the_latest_of_repeated_rows_is_remembered() -> None:
    survey = Survey()
    for time, run in ((MONDAY, "r1"), (TUESDAY, "r2"), (MONDAY, "r3")):
        survey.repeat(time, run)
    assert (survey.repeated, survey.repeated_last) == (3, (TUESDAY, "r2"))


def test_samples_are_the_first_values_of_the_first_rows() -> None:
    survey = Survey()
    survey.sample([Row(2, ("A", " ", "")), Row(3, ("B", "x", ""))])
    survey.accept(2, lead("A"))
    survey.sample([Row(4, ("C", "y", "late"))])
    assert survey.samples == {0: "A", 1: "x"}


def test_the_first_different_values_of_a_column_are_its_examples() -> None:
    survey = Survey()
    survey.sample([Row(number, (f"L{number}", "Sale", " ")) for number in range(2, 7)])
    survey.accept(2, lead("A"))
    survey.sample([Row(7, ("L7", "Sold", "x"))])
    assert survey.examples == {0: ["L2", "L3", "L4"], 1: ["Sale"], 2: []}
    assert survey.samples == {0: "L2", 1: "Sale"}


def test_skipped_rows_are_counted_by_their_reason() -> None:
    survey = Survey()
    for kind in (SkipKind.UNCHANGED, SkipKind.NO_LEAD, SkipKind.UNCHANGED):
        survey.skip(Skip(kind))
    assert survey.skips == {SkipKind.UNCHANGED: 2, SkipKind.NO_LEAD: 1}

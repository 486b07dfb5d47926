"""Mappings saved for sheets with the same headings."""

from leadsync.journal import Journal

HEADINGS = ("Account No", "Result", "Ring back")


def test_a_mapping_is_found_by_the_set_of_headings(journal: Journal) -> None:
    before = journal.now()
    journal.save_mapping(HEADINGS, "crm", {"Account No": "njExternalLeadId", "Result": "njDisposition"}, "ann")
    [found] = journal.saved_mappings([" Ring back", "Result", "Account No "])
    assert found[:3] == ("crm", {"Account No": "njExternalLeadId", "Result": "njDisposition"}, "ann")
    assert before <= found.at <= journal.now()
    assert journal.saved_mappings(["Account No", "Result"]) == []
    assert journal.saved_mappings([*HEADINGS, "Notes"]) == []
    assert journal.saved_mappings(["account no", "Result", "Ring back"]) == [], (
        "headings are told apart by their letters"
    )


def test_a_name_is_saved_once_and_deleted_alone(journal: Journal) -> None:
    journal.save_mapping(HEADINGS, "crm", {"Result": "njDisposition"}, "ann")
    journal.save_mapping(HEADINGS, "agency", {}, "bob")
    journal.save_mapping(["Lead"], "crm", {"Lead": "njExternalLeadId"}, "ann")
    journal.save_mapping(HEADINGS, "crm", {"Result": ""}, "bob")
    assert [one[:3] for one in journal.saved_mappings(HEADINGS)] == [
        ("agency", {}, "bob"),
        ("crm", {"Result": ""}, "bob"),
    ]
    journal.delete_mapping(HEADINGS, "crm")
    journal.delete_mapping(HEADINGS, "never saved")
    assert [one.name for one in journal.saved_mappings(HEADINGS)] == ["agency"]
    assert [one.name for one in journal.saved_mappings(["Lead"])] == ["crm"]

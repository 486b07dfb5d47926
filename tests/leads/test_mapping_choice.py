"""A sheet's mapping is the one with all of its headings in the sheet; two that fit alike are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import MappingError
from leadsync.leads import Rules, field_named, map_columns, mapping_for, with_mapping
from leadsync.leads.mapping_choice import heading_names, nearest_mapping, same_headings
from leadsync.spreadsheet import loose

ID, DISPOSITION = "njExternalLeadId", "njDisposition"
CRM = {"Account No": ID, "Wrap Code": DISPOSITION}
WEB = {"Ref": ID, "Status": DISPOSITION, "Notes": ""}


def rules(columns: Mapping[str, str] | None = None, **mappings: Mapping[str, str]) -> Rules:
    return Rules(datetime(2026, 3, 1, tzinfo=UTC), columns=columns or {}, mappings=mappings)


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (["Account No", "Wrap Code", "City"], "crm"),
        (["City", "wrap_code", " ACCOUNT NO. "], "crm"),
        (["Ref", "Status", "Notes", "Mobile"], "web"),
        (["Ref", "Status", "Mobile"], ""),
        (["Account No", "Wrap"], ""),
        (["Lead Id", "Outcome"], ""),
        ([], ""),
    ],
)
def test_a_mapping_fits_a_sheet_with_all_of_its_headings(headings: list[str], name: str) -> None:
    assert with_mapping(headings, rules(crm=CRM, web=WEB)).mapping == name


def test_of_two_that_fit_the_one_with_more_headings_counts() -> None:
    larger = {**CRM, "Extra": ""}
    both = ["Account No", "Wrap Code", "Extra"]
    assert with_mapping(both, rules(crm=CRM, larger=larger)).mapping == "larger"
    assert with_mapping(both[:2], rules(crm=CRM, larger=larger)).mapping == "crm"


def test_two_that_fit_alike_are_refused_with_both_names_and_the_remedy() -> None:
    with pytest.raises(MappingError) as caught:
        with_mapping([*CRM, *WEB], rules(crm=CRM, web=WEB))
    assert str(caught.value) == (
        "[mappings.crm] and [mappings.web] in the settings fit the headings of this sheet alike; add another heading "
        "of the sheet to the right one, or delete the others."
    )


def test_signs_alone_are_compared_as_they_stand() -> None:
    assert with_mapping(["#", "Name"], rules(a={"#": ID}, b={"§": ID})).mapping == "a"
    assert with_mapping(["№1"], rules(a={"no1": ID})).mapping == "a"


def test_the_entries_of_a_mapping_come_before_those_of_columns() -> None:
    columns = {"Status": "State", "notes": "", "City": "Town"}
    headings = ["Ref", "Status", "Notes", "City"]
    mapping = map_columns(headings, with_mapping(headings, rules(columns, web={**WEB, "Notes": "Memo"})))
    assert [column.field for column in mapping.columns] == [ID, DISPOSITION, "Memo", "Town"]
    assert [column.why for column in mapping.columns] == [
        *["[mappings.web] in the settings"] * 3,
        "[columns] in the settings",
    ]
    assert (mapping.name, mapping.own_names) == ("web", ())
    assert map_columns(["Ref", "Notes", "City"], rules({"Ref": ID, "Notes": "Notes"})).own_names == ("Notes", "City")
    assert str(mapping.remarks[0]) == "The columns are mapped by [mappings.web] in the settings."


def test_advice_names_the_table_of_the_mapping() -> None:
    given = with_mapping(headings := ["Ref", "Status", "Notes", "Outcome"], rules(web=WEB))
    with pytest.raises(MappingError, match=r"under \[mappings.web\] in the settings, for example \"Outcome\" = \"\""):
        map_columns(headings, given)


def test_no_mapping_that_fits_is_said_and_is_a_doubt_where_one_nearly_does() -> None:
    others = rules({"Customer": ID}, crm=CRM)
    (first, *_) = map(str, map_columns(["Customer", "Outcome"], with_mapping(["Customer", "Outcome"], others)).remarks)
    assert first == "The columns are mapped by [columns] alone: no mapping in the settings fits these headings."
    near = ["Account No", "Wrap-up", "Customer"]
    (first, *_) = map(str, map_columns(near, with_mapping(near, others)).remarks)
    assert first == (
        "! No mapping in the settings fits these headings; the nearest, [mappings.crm], names 'Wrap Code' too: correct "
        "it there, or add one for this sheet with `leadsync init SHEET`."
    )
    filled = ["Account No", "Outcome", "Customer"]
    assert (
        map_columns(filled, with_mapping(filled, others))
        .remarks[0]
        .text.startswith("The columns are mapped by [columns]")
    )


def test_without_an_id_the_nearest_mapping_is_named_and_no_cell() -> None:
    with pytest.raises(MappingError) as caught:
        map_columns(["Account No", "Zaphod"], rules(web=WEB, crm=CRM))
    assert "the nearest, [mappings.crm], names 'Wrap Code' too" in str(caught.value)
    assert "Zaphod" not in str(caught.value)


def test_the_nearest_mapping_lacks_the_fewest_of_its_headings() -> None:
    assert nearest_mapping(["Ref", "Status"], rules(crm=CRM, web=WEB)) == ("web", ["Notes"])
    assert nearest_mapping(["Ref"], rules()) == ("", [])


def test_two_mappings_for_the_same_headings_are_found() -> None:
    assert same_headings({"crm": CRM, "web": WEB}) is None
    assert same_headings({"crm": CRM, "web": WEB, "x": {"wrap code": "", "ACCOUNT_NO": ID}}) == ("crm", "x")


@pytest.mark.parametrize(
    ("columns", "mappings", "headings", "name"),
    [
        ({}, {}, ["Ref"], ""),
        ({"Ref": ID, "Notes": ""}, {}, ["ref", "Mobile"], ""),
        ({"Customer": ID}, {}, ["Ref"], "North-2026"),
        ({}, {"crm": CRM}, ["Ref"], "North-2026"),
        ({}, {"crm": CRM, "North-2026": WEB}, ["Ref"], "North-2026-2"),
        ({"Customer": ID}, {"crm": CRM}, ["Account No", "Wrap Code"], "crm"),
    ],
)
def test_more_columns_go_where_the_headings_say(
    columns: dict[str, str], mappings: dict[str, dict[str, str]], headings: list[str], name: str
) -> None:
    assert mapping_for(headings, with_mapping(headings, rules(columns, **mappings)), "North (2026)") == name
    assert mapping_for(["Ref"], rules({"Customer": ID}), "§") == "sheet"


def test_headings_of_every_mapping_are_known_beforehand() -> None:
    known = heading_names(rules({"Ref": ""}, crm=CRM, web=WEB))
    assert {"accountno", "ref", "leadid"} <= known.ids
    assert {"wrapcode", "status", "firstphone"} <= known.fields


@given(st.lists(st.text(max_size=20), max_size=4))
def test_the_known_headings_are_those_that_the_mapping_takes(headings: list[str]) -> None:
    given = rules({"Account No": ID})
    known = heading_names(given)
    assert {"accountno", "leadid", "njexternalleadid"} <= known.ids
    for heading in ["Account-No", "LEAD ID", *headings]:
        if loose(heading) in known.ids:
            assert field_named(heading, given) == ID


_TABLES = st.dictionaries(st.sampled_from(["A", "B", "C", "a#", "b"]) | st.text(max_size=3), st.just(ID), min_size=1)


@given(
    headings=st.lists(st.sampled_from(["A", "B", "C", "D"]) | st.text(max_size=3)), tables=st.lists(_TABLES, max_size=4)
)
def test_a_chosen_mapping_has_all_of_its_headings_in_the_sheet(
    headings: list[str], tables: list[dict[str, str]]
) -> None:
    given = rules(**{f"m{number}": table for number, table in enumerate(tables)})
    try:
        chosen = with_mapping(headings, given).mapping
    except MappingError:
        assert len(tables) > 1
        return
    missing = {name: nearest_mapping(headings, rules(**{name: table}))[1] for name, table in given.mappings.items()}
    assert missing.get(chosen, []) == []
    assert chosen or all(missing.values())

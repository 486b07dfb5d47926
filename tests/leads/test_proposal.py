"""What a sheet's columns probably are, for a person to confirm."""

from datetime import UTC, datetime

import pytest

from leadsync.leads import Proposal, Rules, map_columns, phones_meant, propose, time_beside

RULES = Rules(now=datetime(2026, 3, 1, tzinfo=UTC))


def proposed(headings: str, *rows: str) -> Proposal:
    return propose(headings.split(","), [row.split(",") for row in rows], RULES)


def test_a_lead_in_two_rows_keeps_its_number_the_external_id_and_a_name_is_none() -> None:
    found = proposed(
        "Customer No,First Name,Mobile,Home Phone,Outcome,Callback",
        *(f"C{min(n, 3)},{name},041234567{n},038321819{n},Sale,24/11/2031" for n, name in enumerate("ABCD", 1)),
    )
    assert found.external_ids == ("Customer No",)
    assert found.columns == {
        "Customer No": "njExternalLeadId",
        "Mobile": "FirstPhone",
        "Home Phone": "SecondPhone",
    }
    assert found.phone_fields == ("FirstPhone", "SecondPhone")


def test_numbers_of_which_some_are_missing_are_likelier_than_names() -> None:
    rows = [f"{40100 + n if n % 5 else ''},Customer {n},041234567{n}" for n in range(9)]
    assert proposed("Cust No,Customer,Mobile", *rows).external_ids == ("Cust No", "Customer")


@pytest.mark.parametrize(
    "heading",
    ["First Name", "Account Name", "Notes", "Post Code", "City", "Email", "Who", "Source", "Casino Town", "S/N"],
)
def test_what_does_not_sound_like_an_id_is_not_offered_as_one(heading: str) -> None:
    found = proposed(f"{heading},Outcome", *(f"V{n},Sale" for n in range(9)))
    assert found.external_ids == ()
    assert found.columns == {}


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "Customer No",
            "customerno",
            "CustomerNo.",
            "ID (old)",
            "Account",
            "Our reference",
            "debtor_key",
            "Lead",
            "Lead #",
        ),
        *("Member #", "Membership", "Membership no", "Debtor No", "Account no", "Record ID - Contact", "Candidate ID"),
        *(
            "Kunden-Nr.",
            "Kundennummer",
            "N° client",
            "Respondent ID",
            "Contact_ID__c",
            "Cust. Ref.",
            "URN",
            "(Do Not Modify) Lead",
        ),
    ],
)
def test_what_sounds_like_an_id_and_looks_like_one_is_proposed(heading: str) -> None:
    assert proposed(f"Name,{heading}", *(f"V{n},A{n}" for n in range(9))).columns == {heading: "njExternalLeadId"}


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "Result code",
            "Reason code",
            "Order no",
            "Voucher code",
            "Promo code",
            "Invoice No",
            "No",
            "Nr.",
            "Code",
            "#",
        ),
        *("Agent ID", "User ID", "Campaign ID", "Policy #", "Company ref", "Unit No"),
    ],
)
def test_a_heading_of_other_things_is_no_id_without_a_person_s_word(heading: str) -> None:
    rows = [f"{n},V{n}" for n in range(9)]
    assert "njExternalLeadId" not in proposed(f"Name,{heading}", *rows).columns.values()
    # Beside the leads' own ids neither.
    both = proposed(f"{heading},Lead,Client", *(f"V{n},{10234 + n},{'ABCDEFGHI'[n]}nn" for n in range(9)))
    assert both.columns == {"Lead": "njExternalLeadId"}


def test_of_two_columns_that_may_be_the_ids_none_is_taken() -> None:
    found = proposed("Customer No,Account No", *(f"C{n},A{n}" for n in range(9)))
    assert (found.columns, found.external_ids) == ({}, ("Customer No", "Account No"))


@pytest.mark.parametrize(
    ("headings", "likely"),
    [(("Order no", "Ref"), "Ref"), (("Client",), ""), (("Customer No", "Ref"), ""), (("Order no",), "")],
)
def test_an_id_is_likely_by_its_heading_alone(headings: tuple[str, ...], likely: str) -> None:
    assert Proposal({}, (), headings).likely_id == likely


def test_an_outcome_s_code_is_an_outcome() -> None:
    found = proposed("Member #,Result code", "M1,S01", "M2,B02")
    assert (found.columns, found.meant) == ({"Member #": "njExternalLeadId"}, {"Result code": "njDisposition"})
    assert found.external_ids == ("Member #",)


@pytest.mark.parametrize(
    "values",
    [
        *(["Ann", "Bob2", "Cy"], ["24/11/2026", "25/11/2026", "26/11/2026"], ["$4.50", "$5.50", "$6.50"]),
        ["0398765432", "0398765433"],
        *(["1,5", "2,5", "3,5"], ["a1@x.au", "b1@x.au", "c1@x.au"]),
    ],
)
@pytest.mark.parametrize("heading", ["Lead", "Membership", "Account"])
def test_names_dates_and_amounts_are_no_ids(heading: str, values: list[str]) -> None:
    found = propose([heading], [[value] for value in values], RULES)
    assert (found.columns, found.external_ids) == ({}, (heading,))


@pytest.mark.parametrize(
    "values", [["Ann", "Bob", "Cy"], ["A1", "", "C3"], ["A", "A", "B", "B"], ["A 1", "A 2", "A 3"]]
)
def test_cells_that_do_not_look_like_ids_leave_it_to_the_person(values: list[str]) -> None:
    found = proposed("Account,Outcome", *(f"{value},Sale" for value in values))
    assert found.columns == {}
    assert found.external_ids == ("Account",)


def test_the_column_whose_values_tell_the_rows_apart_comes_first() -> None:
    found = proposed("Source Code,Debtor Ref", *(f"WEB,D{n}" for n in range(9)))
    assert found.external_ids == ("Debtor Ref", "Source Code")


def test_a_heading_with_a_phone_s_word_above_other_values_is_no_phone() -> None:
    rows = ["03,Home,,0412345671", "07,Work,,0412345672"]
    found = proposed("Phone area code,Phone type,Office phone,Mobile", *rows)
    assert found.columns == {"Office phone": "FirstPhone", "Mobile": "SecondPhone"}


@pytest.mark.parametrize(
    "heading",
    [
        *("Fax", "Fax Number", "Home Fax", "Fax phone", "BusinessFax", "Telefax", "Télécopieur", "Telecopie"),
        *("Agent Phone", "AgentPhone", "Sales rep mobile", "Caller ID", "CallerId", "CLI", "DID number"),
        *("Do not call number", "DNC", "Don't call", "Opt-out phone", "Emergency Contact", "Next of kin phone"),
        *("Wrong Number", "Invalid Phone", "Disconnected Phone", "Unsubscribed number", "SMS Sender", "Work Fx"),
        *("Originating number", "Manager Mobile", "Branch Phone", "Agent Callback Phone"),
    ],
)
def test_numbers_that_are_not_to_be_dialed_are_proposed_for_nothing(heading: str) -> None:
    found = proposed(f"Name,{heading},Mobile", *(f"N{n},039876543{n},041234560{n}" for n in range(4)))
    assert (found.columns, found.meant, found.external_ids) == ({"Mobile": "FirstPhone"}, {}, ())
    assert found.phone_fields == ("FirstPhone", "SecondPhone")
    columns = map_columns(["Lead Id", heading, "Mobile"], RULES).columns
    assert phones_meant(columns, {1: "0398765431", 2: "0412345671"}, RULES) == {"Mobile": "FirstPhone"}


def test_the_same_number_in_each_row_is_no_lead_s() -> None:
    rows = [f"A{n},0398765400,041234560{n}" for n in range(4)]
    assert proposed("Lead Id,Company Phone,Mobile", *rows).columns == {"Mobile": "FirstPhone"}
    assert proposed("Company Phone No,Mobile", *(row[3:] for row in rows)).external_ids == ()
    assert "Company Phone" in proposed("Lead Id,Company Phone,Mobile", *rows[:2]).columns
    assert "Company Phone" in proposed("Lead Id,Company Phone,Mobile", *4 * rows[:1]).columns


def test_more_phone_columns_than_phone_fields_get_fields_of_their_own() -> None:
    found = proposed("Lead Id,SecondPhone,Mobile,Work Phone", "1,0383218191,0412345671,0383218192")
    assert found.columns == {"Mobile": "FirstPhone"}
    assert found.phone_fields == ("FirstPhone", "SecondPhone", "Work Phone")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *(
            (name, "njDisposition")
            for name in ("Result", "call result", "Dispo", "STATUS", "Wrap code", "Outcome_Code")
        ),
        *((name, "njCallBackDate") for name in ("Follow-up date", "Next call", "Ring back", "CB date", "Appointment")),
        *((name, "njDisposition") for name in ("Lead result", "Statut")),
        *(
            (name, "njCallBackDate")
            for name in ("Next Activity Date", "When to call", "PTP Date", "Date de rappel", "Next Step Date")
        ),
        *((name, "") for name in ("Next step", "Date de vente")),
        ("City", ""),
    ],
)
def test_outcomes_and_callbacks_as_people_call_them_are_asked_about(heading: str, field: str) -> None:
    found = proposed(f"Lead Id,{heading}", "1,x", "2,y", "3,z")
    assert found.meant == ({heading: field} if field else {})
    assert found.columns == {}
    assert proposed(f"Lead Id,Outcome,Callback,{heading}", "1,Sale,,x").meant == {}


@pytest.mark.parametrize("heading", ["Home", "Work", "BH", "AH", "Best number", "Home No", "Portable"])
def test_short_names_of_phones_are_proposed_for_cells_with_numbers(heading: str) -> None:
    assert proposed(f"Lead Id,{heading}", "1,0412345678").columns == {heading: "FirstPhone"}
    assert proposed(f"Lead Id,{heading}", "1,Sydney").columns == {}


def test_columns_with_a_number_are_meant_for_the_phone_fields_left() -> None:
    headings = ["Lead Id", "SecondPhone", "Home", "Work", "Mobile", "City"]
    columns = map_columns(headings, RULES).columns
    samples = {2: "Sydney", 3: " 0383218192", 4: "0412345671", 5: "0412345672"}
    assert phones_meant(columns, samples, RULES) == {"Work": "FirstPhone"}
    assert phones_meant(columns, {}, RULES) == {}


@pytest.mark.parametrize(
    ("columns", "texts", "heading"),
    [
        ({}, {"Callback Date": ["24/11/2031"], "Time": ["", "14:30"]}, "Time"),
        ({"Follow-up": "njCallBackDate"}, {"Follow-up": ["24/11/2031"], "Follow-up time": ["2pm"]}, "Follow-up time"),
        ({}, {"Callback Date": ["24/11/2031"], "Time": ["morning"]}, ""),
        ({}, {"Callback Date": ["24/11/2031"], "Time": ["9:00"], "Call time": ["9:30"]}, ""),
        ({"Time": ""}, {"Callback Date": ["24/11/2031"], "Time": ["14:30"]}, ""),
        ({}, {"Callback Date": ["24/11/2031"], "Callback Time": ["14:30"], "Time": ["15:30"]}, ""),
        ({}, {"Date": ["24/11/2031"], "Time": ["14:30"]}, ""),
    ],
)
def test_the_time_beside_a_callback_date(columns: dict[str, str], texts: dict[str, list[str]], heading: str) -> None:
    assert time_beside(columns, texts, RULES) == heading

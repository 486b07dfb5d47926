"""The table of result codes against the vendor's page."""

from leadsync.result_codes import BY_NAME, RESULT_CODES, Verdict

DOCUMENTED = {
    0: ("OK", 200),
    101: ("COULDNT_FIND_THE_LEAD", 400),
    102: ("NO_PHONE_FIELDS", 400),
    103: ("EXCEPTION", 500),
    104: ("DNC", 400),
    105: ("DUPLICATE", 400),
    106: ("INVALID_DISPOSTION", 400),
    107: ("DISPOSTION_ISNT_SET_AND_NOCHANGE_SPECIFIED", 400),
    108: ("IMPORT_BUT_NOCHANGE_SPECIFIED", 400),
    109: ("TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS", 400),
    110: ("LEAD_NOT_UPDATED_DUE_TO_CONFLICT", 400),
    111: ("INVALID_TIMEZONE_SPECIFIED", 400),
    112: ("DUPLICATE_EXTERNAL_ID", 400),
    113: ("EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED", 400),
    114: ("INVALID_CALLBACK_DATE_FORMAT", 400),
    115: ("ALLOCATIN_ID_REQUIRED", 400),
    116: ("TEMPLATE_ID_REQUIRED", 400),
    117: ("CAMPAIGN_ID_REQUIRED", 400),
}
"""Code, message and HTTP status, as the vendor's page *Update an existing lead in Noojee Contact* spells them."""

VERDICTS = {
    0: Verdict.SUCCEEDED,
    103: Verdict.RETRY,
    104: Verdict.FINAL,
    109: Verdict.RETRY,
    110: Verdict.CONFLICT,
    115: Verdict.STOP,
    116: Verdict.STOP,
    117: Verdict.STOP,
}
"""What follows from a code by its description there; from all others, that the row has to be corrected."""


def test_codes_names_and_statuses_are_the_vendors() -> None:
    assert {code: (entry.name, entry.http) for code, entry in RESULT_CODES.items()} == DOCUMENTED


def test_every_code_has_its_consequence() -> None:
    assert {code: entry.verdict for code, entry in RESULT_CODES.items()} == {
        code: VERDICTS.get(code, Verdict.FAILED) for code in DOCUMENTED
    }


def test_every_refusal_has_advice_and_every_name_its_code() -> None:
    assert all(entry.advice for entry in RESULT_CODES.values() if entry.verdict is not Verdict.SUCCEEDED)
    assert {name: entry.code for name, entry in BY_NAME.items()} == {
        name: code for code, (name, _) in DOCUMENTED.items()
    }

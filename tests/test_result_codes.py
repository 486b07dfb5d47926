"""The table of result codes against the vendor's page, as the project keeps it."""

import re
from pathlib import Path

import pytest

from leadsync.result_codes import BY_NAME, RESULT_CODES, Verdict

PAGE = Path(__file__).parents[2] / "shared" / "reference" / "000_3d35c70a0ea2aba9.txt"


@pytest.mark.skipif(not PAGE.is_file(), reason="the vendor's page lies beside the checkout, not in it")
def test_codes_names_and_statuses_are_the_vendors() -> None:
    lines = re.findall(r"^(\d+) \| (\w+) \| (\d{3}) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    documented = {int(code): (name, int(http)) for code, name, http in lines}
    assert len(documented) == 18
    assert {code: (entry.name, entry.http) for code, entry in RESULT_CODES.items()} == documented


def test_every_refusal_has_advice_and_every_name_its_code() -> None:
    assert all(entry.advice for entry in RESULT_CODES.values() if entry.verdict is not Verdict.SUCCEEDED)
    assert {entry.code for entry in BY_NAME.values()} == set(RESULT_CODES)

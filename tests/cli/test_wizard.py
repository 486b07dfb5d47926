"""The settings' text by a sheet's columns, without a question."""

import tomllib
from pathlib import Path

import pytest

from leadsync.cli.package_data import package_data
from leadsync.cli.wizard import settings_of_text, with_more_columns, with_proposal
from leadsync.errors import SettingsError

PRESENT = '[server]\nurl = "https://pbx.example.com"\n[columns]\n"Old Id" = "njExternalLeadId"\n'


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A sheet with no heading that names the external id for sure."""
    file = tmp_path / "crm.csv"
    file.write_text("Account No,FirstPhone\n1,0412345678\n2,0412345679\n", "utf-8")
    return file


def test_a_sheets_columns_go_into_new_settings_and_comments_stay(sheet: Path) -> None:
    example = package_data("config.example.toml").read_text("utf-8")
    text = with_proposal(example, sheet, None, ask=False)
    assert tomllib.loads(text)["columns"]["Account No"] == "njExternalLeadId"
    comments = [line for line in example.splitlines() if line.startswith("#")]
    assert [line for line in text.splitlines() if line.startswith("#")] == comments


def test_a_sheet_with_other_headings_gets_a_mapping_of_its_own(sheet: Path) -> None:
    text, table = with_more_columns(PRESENT, sheet, None, ask=False)
    assert table == "[mappings.crm]"
    assert text == f'{PRESENT}\n[mappings.crm]\n"Account No" = "njExternalLeadId"\n'


def test_a_sheet_that_the_settings_know_changes_nothing(sheet: Path) -> None:
    present = PRESENT.replace("Old Id", "Account No")
    assert with_more_columns(present, sheet, None, ask=False)[0] == present


def test_the_source_of_a_text_is_named_in_its_error() -> None:
    with pytest.raises(SettingsError, match=r"^--url: \[server\] url is the dialer's address"):
        settings_of_text('[server]\nurl = "ftp://x"\n', "--url")

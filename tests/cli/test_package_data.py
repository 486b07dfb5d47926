"""The files shipped with leadsync, of a checkout and of an installation."""

from pathlib import Path

import pytest

import leadsync
from leadsync.cli.package_data import package_data
from leadsync.errors import LeadsyncError


def test_a_checkout_has_them_beside_the_package() -> None:
    assert (package_data("sample_data") / "leads.csv").is_file()
    assert package_data("config.example.toml").is_file()


def test_an_installation_has_them_inside_the_package_and_those_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "leadsync"
    package.mkdir()
    for folder in (package, tmp_path):
        (folder / "sample.csv").touch()
    monkeypatch.setattr(leadsync, "__file__", str(package / "__init__.py"))
    assert package_data("sample.csv") == package / "sample.csv"


def test_a_missing_file_is_named_with_the_remedy() -> None:
    with pytest.raises(LeadsyncError, match="no-such is missing from this installation of leadsync; install it again"):
        package_data("no-such")

"""Settings and secrets from files: whose they are, and errors without a word of them."""

import sys
from pathlib import Path

import pytest

from leadsync.errors import SettingsError
from leadsync.settings_files import LONGEST_SECRET, read_secret, read_settings, refuse_others, refuse_others_folder

KEY = "f863246a-973e-11e6-8784-08002718f5b5"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")


def file_with(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_settings_are_read_with_a_bom_too(tmp_path: Path) -> None:
    path = file_with(tmp_path, '\ufeff[server]\nurl = "http://127.0.0.1"\n'.encode())
    assert read_settings(path) == {"server": {"url": "http://127.0.0.1"}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{KEY}\n".encode(), "is not valid TOML: something is wrong at line 1"),
        (f'[server]\nkey = "{KEY}'.encode(), "is not valid TOML"),
        (f"[{KEY}]\n[{KEY}]\n".encode(), "is not valid TOML"),
        (KEY.encode("utf-16"), "is not UTF-8 text"),
        (b"a = " + b"[" * 10_000, "is not valid TOML"),
    ],
)
def test_an_error_quotes_nothing_of_the_file(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_settings(file_with(tmp_path, content))
    assert KEY[:8] not in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: No such file or directory; check its path and its "):
        read_settings(tmp_path / "gone")


@POSIX
def test_settings_that_everybody_can_write_are_refused(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"", 0o666)
    with pytest.raises(SettingsError, match=r"Everybody can write .* chmod go-w"):
        read_settings(path)
    path.chmod(0o644)
    refuse_others(path, path.stat())


@POSIX
def test_unnamed_settings_in_a_folder_open_to_others_are_refused(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"")
    refuse_others_folder(path)
    tmp_path.chmod(0o777)
    with pytest.raises(SettingsError, match=r"Other users can write into .* --config"):
        refuse_others_folder(path)


def test_a_secret_is_the_files_text_without_its_edges(tmp_path: Path) -> None:
    assert read_secret(file_with(tmp_path, f"\ufeff {KEY}\r\n".encode()), "[server] api_key_file", "API key") == KEY


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" \n", "is empty; write the API key into it"),
        (b"x" * (LONGEST_SECRET + 1), "is too long for the API key"),
        (f"{KEY}\xff".encode("latin-1"), "save it as UTF-8 text"),
    ],
)
def test_no_secret_is_one_sentence_without_a_quotation(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_secret(file_with(tmp_path, content), "[server] api_key_file", "API key")
    assert KEY[:8] not in str(caught.value)


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match=r"Others can read the API key .* chmod 600"):
        read_secret(file_with(tmp_path, KEY.encode(), mode), "[server] api_key_file", "API key")


def test_a_secret_given_instead_of_a_path_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read from its file") as caught:
        read_secret(tmp_path / KEY, "[server] api_key_file", "API key")
    assert KEY not in str(caught.value)

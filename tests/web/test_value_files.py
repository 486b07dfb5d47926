"""Small files of values."""

import errno
from pathlib import Path

import pytest

from leadsync.web.value_files import ValueFolder


def test_values_are_kept(tmp_path: Path) -> None:
    folder = ValueFolder(tmp_path)
    folder.keep("a.json", {"heading": '"<b>\udcff'})
    folder.keep("a.json", {"heading": "é"})
    assert folder.load("a.json") == {"heading": "é"}
    assert folder.names() == ["a.json"]


def test_missing_and_damaged_files_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"a": ')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "link.json").symlink_to(tmp_path / "list.json")
    assert [ValueFolder(tmp_path).load(name) for name in ("no.json", "cut.json", "list.json", "link.json")] == [
        None
    ] * 4
    assert ValueFolder(tmp_path / "none").names() == []


def test_the_first_claim_wins(tmp_path: Path) -> None:
    folder = ValueFolder(tmp_path)
    assert folder.claim("send-1.json", {"user": "Ann"})
    assert not folder.claim("send-1.json", {"user": "Bob"})
    assert folder.load("send-1.json") == {"user": "Ann"}


def test_a_claim_that_could_not_be_written_is_nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ValueFolder(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("leadsync.web.value_files.json.dumps", _full)
        with pytest.raises(OSError, match="full"):
            folder.claim("send-1.json", {"user": "ann"})
    assert folder.claim("send-1.json", {"user": "ann"})


def _full(_: object) -> str:
    raise OSError(errno.ENOSPC, "full")

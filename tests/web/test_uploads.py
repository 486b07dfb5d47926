"""Uploaded sheets in the state folder."""

import hashlib
import os
import shutil
import stat
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadsync.config import SheetChoices
from leadsync.web import uploads
from leadsync.web.uploads import CutOffError, NoRoomError, TooLargeError, Upload, Uploads, plain_name

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTENT = b"Lead Id,Outcome\nA1,Sale\n"
Usage = namedtuple("Usage", "free")


def received(kept: Uploads, name: str = "leads.csv", content: bytes = CONTENT, now: datetime = NOW) -> Upload:
    with kept.receive(name, len(content), "Ann", now) as incoming:
        incoming.write(content[:5])
        incoming.write(content[5:])
    assert incoming.upload is not None
    return incoming.upload


def test_an_upload_is_kept_privately_with_its_fingerprint(tmp_path: Path) -> None:
    upload = received(Uploads(tmp_path))
    assert upload.content.read_bytes() == CONTENT
    assert stat.S_IMODE(upload.content.stat().st_mode) == 0o600
    assert stat.S_IMODE(upload.folder.stat().st_mode) == 0o700
    assert (upload.fingerprint, upload.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert Uploads(tmp_path).find(upload.id) == upload


def test_the_same_content_under_the_same_name_is_the_same_sheet_to_runs(tmp_path: Path) -> None:
    kept = Uploads(tmp_path)
    first, again = received(kept), received(kept, now=NOW + timedelta(hours=1))
    assert first.id != again.id
    assert first.file == again.file
    assert received(kept, "other.csv").file != first.file != received(kept, content=CONTENT + b"A2,\n").file
    assert kept.of_run(first.file) == again, "the newest"
    assert kept.of_run(Path("/sheets/leads.csv")) is None


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/etc/passwd",
        "C:\\leads.csv",
        "..",
        "a\0b.csv",
        "x" * 5_000,
        "x" * 300 + ".csv",
        "名" * 200 + ".xlsx",
        "\udcff.csv",
        "a\nb.csv",
        "<script>alert(1)</script>.csv",
        "",
        "con",
        "NUL.csv",
        "  ",
    ],
)
def test_a_name_is_a_label_and_leads_nowhere(tmp_path: Path, name: str) -> None:
    kept = Uploads(tmp_path / "state")
    upload = received(kept, name)
    assert kept.find(upload.id) == upload
    assert upload.folder.parent == tmp_path.resolve() / "state" / "uploads"
    assert upload.file.parent.parent == upload.folder.parent
    assert len(os.fsencode(upload.file.name)) <= 120
    assert not set('<>:"/\\|?*\0\n') & set(upload.file.name)
    assert [one.name for one in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [("leads.csv", "leads.csv"), ("a:b.csv", "a_b.csv"), ("NUL.csv", "_NUL.csv"), ("...", "sheet"), ("", "sheet")],
)
def test_a_plain_name_is_one_for_every_system(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_long_name_keeps_its_ending() -> None:
    assert plain_name("x" * 300 + ".xlsx") == "x" * 115 + ".xlsx"


def test_a_cut_off_upload_leaves_nothing(tmp_path: Path) -> None:
    kept = Uploads(tmp_path)

    def cut_off() -> None:
        with kept.receive("leads.csv", 10, "Ann", NOW) as incoming:
            incoming.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        cut_off()
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_empty_upload_is_none(tmp_path: Path) -> None:
    with pytest.raises(CutOffError, match="is empty"):
        received(Uploads(tmp_path), content=b"")
    assert list((tmp_path / "uploads").iterdir()) == []


def test_too_many_bytes_are_refused_before_and_while_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    kept = Uploads(tmp_path)
    with pytest.raises(TooLargeError), kept.receive("leads.csv", 11, "Ann", NOW):
        pytest.fail("nothing is read")
    with pytest.raises(TooLargeError), kept.receive("leads.csv", 0, "Ann", NOW) as incoming:
        incoming.write(b"x" * 11)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_room_is_looked_for_before_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 << 20))
    kept = Uploads(tmp_path)
    received(kept)
    with (
        pytest.raises(NoRoomError, match=r"100 MB are free on .* and 64 MB must stay"),
        kept.receive("x", 40 << 20, "Ann", NOW),
    ):
        pytest.fail("nothing is read")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "open_new", lambda _: os.open("/dev/full", os.O_WRONLY))
    with pytest.raises(NoRoomError, match="No space left on device"):
        received(Uploads(tmp_path), content=b"x" * (1 << 20))
    assert list((tmp_path / "uploads").iterdir()) == []


def test_old_uploads_and_what_cut_off_ones_left_are_swept(tmp_path: Path) -> None:
    kept = Uploads(tmp_path)
    old = received(kept, now=NOW - timedelta(days=15))
    new = received(kept, now=NOW - timedelta(days=13))
    cut_off, coming = received(kept), received(kept)
    for folder, days in ((cut_off.folder, 2), (coming.folder, 0)):
        (folder / "upload.json").unlink()
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(folder, (at, at))
    kept.sweep(NOW)
    left = {folder.name for folder in (tmp_path / "uploads").iterdir()}
    assert left == {new.id, coming.folder.name}
    assert kept.find(old.id) is None
    assert kept.find(coming.id) is None, "not complete yet"


@pytest.mark.parametrize(
    "upload_id", ["..", "../uploads", "", "x", "20261123-120000-0000000g", "20261123-120000-00000000"]
)
def test_no_other_folder_is_an_upload(tmp_path: Path, upload_id: str) -> None:
    received(Uploads(tmp_path))
    assert Uploads(tmp_path).find(upload_id) is None


def test_choices_are_kept_beside_it(tmp_path: Path) -> None:
    upload = received(Uploads(tmp_path))
    assert upload.reading() == SheetChoices()
    upload.choose(chosen := SheetChoices(columns={'"; \udcff <b>': "njDisposition"}, input={"date_order": "mdy"}))
    assert upload.reading() == chosen
    (upload.folder / "reading.json").write_text("{")
    assert upload.reading() == SheetChoices()


def test_a_discarded_upload_is_gone(tmp_path: Path) -> None:
    kept = Uploads(tmp_path)
    upload = received(kept)
    kept.discard(upload)
    assert not upload.folder.exists()
    assert kept.find(upload.id) is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("leads 24/11.csv", "leads 24/11.csv"),
        ("Q1\\Q2.xlsx", "Q1\\Q2.xlsx"),
        ("C:\\fakepath\\leads.csv", "leads.csv"),
        ("/home/ann/leads.csv", "leads.csv"),
        ("../leads.csv", "leads.csv"),
        ("\\\\server\\share\\leads.csv", "leads.csv"),
    ],
)
def test_a_name_is_shown_as_the_browser_sent_it_without_a_path(tmp_path: Path, sent: str, shown: str) -> None:
    upload = received(Uploads(tmp_path), sent)
    assert upload.name == shown
    assert upload.file.parent.parent == tmp_path / "uploads", "whatever its name"

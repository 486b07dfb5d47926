"""Files that can be locked, and their texts, in one folder or two."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.slots.files import LockFile, Mark, SlotFile, _mark_of
from leadsync.slots.folder import SlotsFolder

BUSY = Mark(True, 4711, 12.5, 0.75, 16)


@pytest.fixture
def folder(tmp_path: Path) -> SlotsFolder:
    return SlotsFolder(tmp_path / "slots")


@pytest.fixture
def both(tmp_path: Path) -> SlotsFolder:
    return SlotsFolder(tmp_path / "runtime", second=SlotsFolder(tmp_path / "slots"))


@pytest.fixture
def two(folder: SlotsFolder) -> Iterator[tuple[LockFile, LockFile]]:
    """One file, opened by two processes as far as the kernel's locks go."""
    files = LockFile(folder, "0"), LockFile(folder, "0")
    yield files
    for file in files:
        file.close()


def test_a_text_has_one_form_and_one_length() -> None:
    assert bytes(BUSY) == b"busy 4711 12.500 0.750 16".ljust(63) + b"\n"
    assert len(bytes(Mark(False))) == len(bytes(BUSY)) == 64


@given(
    st.builds(
        Mark,
        st.booleans(),
        st.integers(0, 2**31),
        st.integers(0, 10**9).map(lambda n: n / 1000),
        st.integers(0, 9_999_000).map(lambda n: n / 1000),
        st.integers(0, 4096),
    )
)
def test_a_mark_comes_back_as_it_was_written(mark: Mark) -> None:
    assert _mark_of(bytes(mark)) == mark


@pytest.mark.parametrize(
    "text",
    [b"busy 1 1.000 1.000", b"BUSY 1 1.000 1.000 1\n", b"busy -1 1.000 1.000 1\n", b"busy 1 1 1 1\n", b"\0" * 64],
)
def test_a_damaged_text_is_none(text: bytes) -> None:
    assert _mark_of(text) is None


def test_one_process_at_a_time_has_the_lock(two: tuple[LockFile, LockFile]) -> None:
    one, other = two
    assert one.try_lock()
    assert one.try_lock(), "it has it already"
    assert not other.try_lock()
    assert other.held_by_others()
    assert not one.held_by_others()
    one.unlock()
    assert not other.held_by_others()
    assert other.try_lock()


def test_the_other_reads_what_the_holder_wrote(two: tuple[LockFile, LockFile]) -> None:
    one, other = two
    assert other.read() == Mark(busy=False), "an empty file is idle"
    one.write(BUSY)
    assert other.read() == BUSY
    one.write(Mark(busy=False))
    assert other.read() == Mark(busy=False), "a shorter text leaves nothing of the longer one"


def test_a_removed_file_is_made_anew_and_locked_again(folder: SlotsFolder, two: tuple[LockFile, LockFile]) -> None:
    one, other = two
    one.try_lock()
    assert not one.restore(), "it is there"
    (folder.path / "0").unlink()
    assert one.restore()
    late = LockFile(folder, "0")
    assert not late.try_lock()
    late.close()
    assert other.restore()
    assert other.held_by_others(), "both have the new file"


def test_a_new_file_locked_by_another_is_left_alone(folder: SlotsFolder, two: tuple[LockFile, LockFile]) -> None:
    one, other = two
    one.try_lock()
    (folder.path / "0").unlink()
    assert other.restore()
    assert other.try_lock()
    assert not one.restore()


def test_a_file_is_made_only_if_asked_for(folder: SlotsFolder) -> None:
    with pytest.raises(FileNotFoundError):
        LockFile(folder, "7", create=False)


def test_a_slot_is_locked_in_both_folders_or_in_neither(both: SlotsFolder, folder: SlotsFolder) -> None:
    slot, rival = SlotFile(both, "0"), LockFile(folder, "0")
    assert rival.try_lock()
    assert not slot.try_lock()
    first = LockFile(SlotsFolder(both.path), "0")
    assert first.try_lock(), "the lock in the first folder was given back"
    for file in (first, rival):
        file.close()
    assert slot.try_lock()
    slot.close()


def test_of_two_texts_the_busy_later_and_the_longer_time_count(both: SlotsFolder, folder: SlotsFolder) -> None:
    slot = SlotFile(both, "0")
    slot.write(Mark(True, 1, 10.0, 9.0, 4))
    single = LockFile(folder, "0")
    single.write(Mark(True, 2, 20.0, 1.0, 8))
    assert slot.read() == Mark(True, 2, 20.0, 9.0, 8)
    single.write(Mark(False, longest=99.0))
    assert slot.read() == Mark(True, 1, 10.0, 9.0, 4), "an idle text says nothing beside a busy one"
    (folder.path / "0").write_bytes(b"damaged")
    assert slot.read() is None
    slot.close()
    single.close()

"""The lease of a watched folder: it passes to another machine, and the first one knows."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.errors import BusyError
from leadsync.journal.postgres import leases
from leadsync.journal.postgres.folder_lease import FolderLease
from tests.journal.postgres.test_leases import expire

NewLease = Callable[..., FolderLease]


@pytest.fixture
def new_lease(postgres_url: str, tmp_path: Path) -> Iterator[NewLease]:
    with ExitStack() as opened:

        def new(seconds: float = 15.0) -> FolderLease:
            lease = FolderLease(postgres_url, tmp_path, tmp_path / "incoming", seconds)
            opened.callback(lease.release)
            return lease

        yield new


def test_it_passes_on_once_its_holder_has_not_renewed_it(new_lease: NewLease, postgres_url: str) -> None:
    first, second = new_lease(), new_lease()
    first.acquire()
    with pytest.raises(
        BusyError, match=rf"incoming is being watched by another leadsync \(on {socket.gethostname()}\)"
    ):
        second.acquire(patience=0)
    expire(postgres_url)
    assert first.holder() == ""
    second.acquire(patience=0)
    with pytest.raises(BusyError):
        first.acquire(patience=0)


def test_a_holder_that_slept_does_not_hold_it(new_lease: NewLease, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = new_lease()
    lease.acquire()
    real = leases.clock
    monkeypatch.setattr(leases, "clock", lambda: real() + 14.5)
    assert not lease.lasts()


def test_given_back_it_is_free_at_once(new_lease: NewLease) -> None:
    first, second = new_lease(), new_lease()
    first.acquire()
    first.release()
    second.acquire(patience=0)
    assert second.lasts()

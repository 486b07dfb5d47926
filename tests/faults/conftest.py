"""Scenes for the fault suite: a served practice dialer, and a folder of one's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.faults.scene import Scene


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A server's certificate with its key, and the authority that signed it."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return folder / "server.pem", folder / "ca.pem"


@pytest.fixture
def scene(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[Callable[..., Scene]]:
    """Serves a dialer that knows every lead, and builds scenes around it."""
    with ExitStack() as stack:

        def build(rows, *, tls: bool = False, folder: str = "scene", floor_seconds: float = 0.01, **given) -> Scene:
            dialer = given.pop("dialer", None) or PracticeDialer(
                any_lead=True, hardware_threads=64, floor_seconds=floor_seconds
            )
            server_file, authority = certificate
            server = PracticeServer(dialer, certfile=server_file if tls else None, port=given.pop("port", 0))
            stack.enter_context(server)
            return Scene(tmp_path / folder, dialer, server.url, rows, server=server, ca_file=str(authority), **given)

        yield build

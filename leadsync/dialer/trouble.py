"""What keeps a call from reaching the dialer, in a few words; and the certificates that a dialer has to show."""

import os
import ssl
from collections.abc import Iterator

from leadsync.errors import SettingsError


def certificates(ca_file: str) -> ssl.SSLContext | bool:
    """What to check certificates against; True: the system's authorities, as aiohttp has loaded them anyway."""
    try:
        return ssl.create_default_context(cafile=ca_file) if ca_file else True
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"[server] ca_file {ca_file!r} cannot be used as a certificate authority: {error}; "
            "give the path of a PEM file."
        ) from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def reason(error: Exception) -> str:
    """A library's exception in a few words."""
    causes = list(_causes(error))
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return "it took too long"
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno and cause.errno > 0]
    if numbers:
        return os.strerror(numbers[-1]).lower()
    return str(error).strip() or type(error).__name__


def bad_certificate(error: Exception) -> str:
    """A sentence for a certificate that does not verify, as the reason of an error; empty where that is not it."""
    if not any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return ""
    return (
        f"the dialer's certificate does not verify ({reason(error)}); nothing was sent. "
        "Correct `url`, or name the dialer's certificate authority in `ca_file`"
    )

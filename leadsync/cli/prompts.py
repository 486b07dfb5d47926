"""Questions at a terminal: a choice, a number, the dialer's address, key and campaign."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.cli.shell import ask, current_shell, say
from leadsync.errors import LeadsyncError, SettingsError
from leadsync.private_files import whole_or_not

if TYPE_CHECKING:
    from leadsync.dialer import Place

KEY_VARIABLE = "LEADSYNC_API_KEY"


@dataclass(frozen=True, slots=True)
class KeptKey:
    """The place of an API key: its setting, the value, and the step left to do."""

    setting: str
    value: str
    still_to_do: str = ""


def choose(question: str, options: Sequence[str], default: int | None = 1) -> int:
    """Let the user choose from a numbered list; gives the position in it. Without a default an answer is waited for."""
    for number, option in enumerate(options, 1):
        say(f"  {number:>3}  {option}")
    return ask_number(question, len(options), default) - 1


def ask_number(question: str, most: int | None = None, default: int | None = None) -> int:
    """A number from 1 to `most`, or from 1 on, until it is one."""
    shown = None if default is None else str(default)
    while True:
        answer: str = ask(question, shown, type=str).strip()
        if answer.isdecimal() and int(answer) >= 1 and (most is None or int(answer) <= most):
            return int(answer)
        say(f"{answer} is no whole number from 1 {'on' if most is None else f'to {most}'}.")


def with_scheme(address: str) -> str:
    """A dialer's address as a URL: https, but http to this machine itself, for a practice dialer.

    Raises SettingsError for a single word, which is more likely a slip than the name of a host.
    """
    from leadsync.config import Server

    address = address.strip()
    if "://" in address:
        return address
    # Server refuses http:// but for loopback, so this succeeds for a practice dialer alone.
    with suppress(ValueError):
        return Server(url=f"http://{address}").url
    if address.isalnum():
        raise SettingsError(
            f"A dialer's address looks like https://pbx.example.com or 192.168.1.20:8443, and {address} does not."
        )
    return f"https://{address}"


def ask_url(shown: str) -> str:
    """The dialer's address, until it is one."""
    from leadsync.config import settings_from

    while True:
        answer: str = ask("The dialer's address (https://…)", shown or None)
        try:
            return settings_from({"server": {"url": with_scheme(answer)}}, "the answer").url()
        except SettingsError as error:
            say(error.reason)


def ask_key() -> str:
    """The API key, typed without echo."""
    if os.environ.get(KEY_VARIABLE, "").strip():
        say(f"The API key is in the environment variable {KEY_VARIABLE}.")
        return os.environ[KEY_VARIABLE].strip()
    # Blanks alone are an answer to click.
    while not (key := str(ask("The API key (it is not shown)", hide_input=True)).strip()):
        say("Nothing was typed; paste the key and press Enter.")
    return key


def ask_place_of(key: str, *, taken: bool) -> KeptKey:
    """Keep the key in a place of the user's choice; ask first if the dialer has not `taken` it."""
    setting = f"$env:{KEY_VARIABLE} = " if os.name == "nt" else f"export {KEY_VARIABLE}="
    nowhere = KeptKey("api_key_env", KEY_VARIABLE, f"Before you send: {setting}… (with the key)")
    if os.environ.get(KEY_VARIABLE, "").strip():
        return KeptKey("api_key_env", KEY_VARIABLE)
    if not taken and not current_shell().confirm("Keep the key, though the dialer has not taken it?"):
        return nowhere
    file = _key_file()
    places: dict[str, Callable[[], KeptKey]] = {
        f"in a file that only you can read: {file}": partial(_keep_in_file, file, key),
        f"nowhere: I set {KEY_VARIABLE} each time": lambda: nowhere,
    }
    if _has_keyring():
        places = {"in this computer's keyring": partial(_keep_in_keyring, key), **places}
    while True:
        keep = list(places.values())[choose("Where is the API key to be kept?", list(places))]
        try:
            return keep()
        except Exception as error:
            # A keyring raises whatever its system does.
            say(f"It cannot be kept there ({error}); choose another place.")


def ask_place(places: "list[Place]") -> tuple[int, int, int]:
    """The ids of template, campaign and allocation, chosen from the dialer's list; raises SettingsError for an empty
    one."""
    whole = [
        (place.template, campaign, allocation)
        for place in places
        if (campaign := place.campaign) and (allocation := place.allocation)
    ]
    if not whole:
        raise SettingsError("The key sees no campaign with an allocation; ask whoever runs the dialer for one.")
    lines = [" / ".join(f"{one.name} ({one.id})" for one in entities) for entities in whole]
    if len(whole) == 1:
        say(f"The key sees one place for leads: {lines[0]}.")
        at = 0
    else:
        say("Template / campaign / allocation:")
        at = choose("Where do the leads go?", lines)
    template, campaign, allocation = whole[at]
    return template.id, campaign.id, allocation.id


def first_value(question: str, shown: str) -> str:
    """One answer with a default."""
    answer: str = ask(question, shown)
    return answer.strip()


def again(error: LeadsyncError) -> bool:
    """Say the error, and ask for another try."""
    say(str(error))
    return current_shell().confirm("Try another address or key?", default=True)


def _key_file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("leadsync", appauthor=False) / "api-key"


def _keep_in_file(file: Path, key: str) -> KeptKey:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_or_not(file.parent.resolve() / file.name) as stream:
        stream.write(f"{key}\n".encode())
    return KeptKey("api_key_file", str(file))


def _keep_in_keyring(key: str) -> KeptKey:
    import keyring

    from leadsync.settings_files import KEYRING_USER

    keyring.set_password("leadsync", KEYRING_USER, key)
    return KeptKey("api_key_keyring", "leadsync")


def _has_keyring() -> bool:
    import keyring

    # Without a keyring the library gives one of these two, and only keeping a key would show it.
    from keyring.backends.fail import Keyring as Nothing
    from keyring.backends.null import Keyring as Forgetful

    return not isinstance(keyring.get_keyring(), Nothing | Forgetful)

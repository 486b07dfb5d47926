"""A message's way out, through apprise: mail, Teams, Slack, webhooks and what else it knows."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import SecretStr

from leadsync.alerts.alerts import Message
from leadsync.alerts.inert_text import inert

_log = logging.getLogger(__name__)


def deliver(urls: Sequence[SecretStr], message: Message) -> Iterator[str]:
    """Send a message to each address; gives a sentence for each that it could not be delivered to.

    The message's lines are made `inert`. The sentences name an address by its place and kind: the rest of it is a
    secret. Takes a few seconds for an address that does not answer, and raises nothing.
    """
    message = replace(message, title=inert(message.title), body="\n".join(map(inert, message.body.split("\n"))))
    for place, url in enumerate(urls, 1):
        understood, delivered = _send(url.get_secret_value(), message)
        if not understood:
            yield f"Address {place} of [notify] is none that apprise understands; see the list of its services."
        elif not delivered:
            kind = url.get_secret_value().partition(":")[0][:20]
            yield f"The message could not be delivered to address {place} of [notify] ({kind}:…); check it."


def _send(url: str, message: Message) -> tuple[bool, bool]:
    """Whether the address was understood, and whether it took the message."""
    with warnings.catch_warnings():
        # What its many senders think of this Python's future is not for the user.
        warnings.simplefilter("ignore")
        # Loading it takes as long as some commands do.
        import apprise

        sender = apprise.Apprise()
        kind = apprise.NotifyType.SUCCESS if message.good else apprise.NotifyType.FAILURE
        try:
            if not sender.add(url):
                return False, False
            text = apprise.NotifyFormat.TEXT
            return True, bool(sender.notify(message.body, title=message.title, notify_type=kind, body_format=text))
        except Exception as error:
            # What a sender raises may have the whole address in it.
            _log.warning("a message could not be sent: %s", type(error).__name__)
            return True, False

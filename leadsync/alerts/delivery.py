"""Delivery of messages through apprise: mail, Teams, Slack, webhooks and its other services."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import SecretStr

from leadsync.alerts.alerts import Message
from leadsync.alerts.inert_text import inert

_log = logging.getLogger(__name__)


def deliver(urls: Sequence[SecretStr], message: Message) -> Iterator[str]:
    """Send a message to each address; yield a sentence for each failed delivery.

    The message's lines are made `inert`. The sentences name an address by its place and kind: the rest is a secret.
    Takes a few seconds for a silent address, and raises nothing.
    """
    message = replace(message, title=inert(message.title), body="\n".join(map(inert, message.body.split("\n"))))
    for place, url in enumerate(urls, 1):
        understood, delivered = _send(url.get_secret_value(), message)
        if not understood:
            yield f"Address {place} of [notify] is none that apprise understands; see the list of its services."
        elif not delivered:
            # The scheme alone: what stands behind it may be a password or a token.
            kind = url.get_secret_value().partition(":")[0][:20]
            yield f"The message could not be delivered to address {place} of [notify] ({kind}:…); check it."


def _send(url: str, message: Message) -> tuple[bool, bool]:
    """Whether the address was understood, and whether it took the message."""
    with warnings.catch_warnings():
        # Deprecation warnings of its many senders are not for the user.
        warnings.simplefilter("ignore")
        # Its import takes as long as some commands.
        import apprise

        sender = apprise.Apprise()
        kind = apprise.NotifyType.SUCCESS if message.good else apprise.NotifyType.FAILURE
        try:
            if not sender.add(url):
                return False, False
            text = apprise.NotifyFormat.TEXT
            return True, bool(sender.notify(message.body, title=message.title, notify_type=kind, body_format=text))
        except Exception as error:
            # The error of a sender may contain the whole address.
            _log.warning("a message could not be sent: %s", type(error).__name__)
            return True, False

"""A message's way out, through apprise: mail, Teams, Slack, webhooks and what else it knows."""

import logging
from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from leadsync.notify.news import Message

_log = logging.getLogger(__name__)


def post(urls: Sequence[SecretStr], message: Message) -> Iterator[str]:
    """Send a message to each address; gives a sentence for each that it could not be delivered to.

    The sentences name an address by its place and kind: the rest of it is a secret. Takes a few seconds for an address
    that does not answer, and raises nothing.
    """
    # Loading it takes as long as some commands do.
    import apprise

    for place, url in enumerate(urls, 1):
        kind = url.get_secret_value().partition(":")[0][:20]
        sender = apprise.Apprise()
        try:
            understood = sender.add(url.get_secret_value())
            kind_of_news = apprise.NotifyType.SUCCESS if message.good else apprise.NotifyType.FAILURE
            delivered = understood and sender.notify(
                message.body, title=message.title, notify_type=kind_of_news, body_format=apprise.NotifyFormat.TEXT
            )
        except Exception as error:
            # What a sender raises may have the whole address in it.
            _log.warning("a message could not be sent: %s", type(error).__name__)
            understood, delivered = True, False
        if not understood:
            yield f"Address {place} of [notify] is none that apprise understands; see the list of its services."
        elif not delivered:
            yield f"The message could not be delivered to address {place} of [notify] ({kind}:…); check it."

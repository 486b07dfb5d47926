"""Messages handed to apprise, and what is said of an address: never the address."""

import logging
from collections.abc import Callable

import apprise
import pytest
from pydantic import SecretStr

from leadsync.alerts import Message, deliver

TITLE, BODY = "leadsync: 3 rows failed", "First line\nSee [this](http://evil) @everyone"
SECRET = SecretStr("json://user:token@127.0.0.1:1/path")

Notify = Callable[..., bool]


def notifying(monkeypatch: pytest.MonkeyPatch, notify: Notify) -> None:
    monkeypatch.setattr(apprise.Apprise, "notify", notify)


def test_an_address_that_nobody_understands_is_told_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    notifying(monkeypatch, lambda *_, **__: True)
    urls = [SECRET, SecretStr("nonsense token")]
    assert list(deliver(urls, Message(TITLE, BODY, good=False))) == [
        "Address 2 of [notify] is none that apprise understands; see the list of its services."
    ]


def test_a_failed_delivery_tells_place_and_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    notifying(monkeypatch, lambda *_, **__: False)
    assert list(deliver([SECRET], Message(TITLE, BODY, good=False))) == [
        "The message could not be delivered to address 1 of [notify] (json:…); check it."
    ]


def test_an_error_of_a_sender_is_logged_by_its_kind_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise RuntimeError("json://user:token@127.0.0.1:1/path refused")

    notifying(monkeypatch, fail)
    with caplog.at_level(logging.DEBUG, "leadsync"):
        [said] = deliver([SECRET], Message(TITLE, BODY, good=False))
    assert "token" not in said
    assert [record.getMessage() for record in caplog.records if record.name.startswith("leadsync")] == [
        "a message could not be sent: RuntimeError"
    ]


@pytest.mark.parametrize(("good", "kind"), [(True, apprise.NotifyType.SUCCESS), (False, apprise.NotifyType.FAILURE)])
def test_a_message_is_plain_text_without_links_or_mentions(
    monkeypatch: pytest.MonkeyPatch, good: bool, kind: apprise.NotifyType
) -> None:
    sent: list[tuple[str, dict[str, object]]] = []

    def notify(_: object, body: str, **values: object) -> bool:
        sent.append((body, values))
        return True

    notifying(monkeypatch, notify)
    assert list(deliver([SECRET], Message(TITLE, BODY, good=good))) == []
    [(body, values)] = sent
    assert (values["notify_type"], values["body_format"]) == (kind, apprise.NotifyFormat.TEXT)
    assert body.split("\n")[0] == "First line"
    assert "@everyone" not in body
    assert "](http" not in body

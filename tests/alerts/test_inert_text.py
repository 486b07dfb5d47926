"""Names that would be links, mentions or pictures in a chat: what the services of the messages are given for them."""

import json
import re
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from leadsync.alerts import Message, deliver
from leadsync.alerts.inert_text import inert
from tests.alerts.conftest import Mailbox

NAMES = (
    "[Open the report](https://evil.example/x)",
    "![](https://evil.example/p.png)",
    "@everyone @here <@U024BE7LH> <@&1> <!channel> <#C1>",
    "<https://evil.example|report> <https://evil.example>",
    '<a href="https://evil.example">report</a><img src=x>',
    "www.evil.example",
    "bob@evil.example",
    r"\\evil\share",
    "a\x1b[31m\u202ecsv.exe",
    "@(https://evil.example)",
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[Open](https://evil.example/x)", "[Open] (https[:]//evil[.]example/x)"),
        ("@everyone", "[@]everyone"),
        ("<!channel> <@U1>", "‹!channel› ‹[@]U1›"),
        ("www.evil.com.csv", "www[.]evil[.]com.csv"),
        ("evil。com evil．com", "evil[。]com evil[．]com"),
        ("leads.zip", "leads[.]zip"),
        (r"\\evil\share", r"[\\]evil\share"),
        ("@(x)", "[@] (x)"),
        ("evil.report", "evil[.]report"),
        ("a\nb\u202e", r"a\nb\u202e"),
    ],
)
def test_what_acts_is_replaced_where_a_reader_sees_it(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "leads.csv failed: 3 of 10 rows failed, more than 2.5 %",
        "/srv/leads/leads.20261123-210455-7f3a.report.csv",
        r"C:\leads\leads.20261123-210455-7f3a.summary.html",
        "leadsync.toml: [server] url is not set; write it, or `leadsync init`.",
        "First Phone '8321 8199' has no area code; add it. O'Brien & Söhne (Köln) 李雷",
    ],
)
def test_what_leadsync_says_of_honest_names_stays(text: str) -> None:
    assert inert(text) == text


@given(st.text(alphabet="ab.@<>[](:/\\") | st.text())
def test_nothing_acts_in_any_text(text: str) -> None:
    shown = inert(text)
    assert not set("<>\n") & set(shown)
    assert not re.search(r"://|\]\(|(?<!\[)@|@(?!\])|\\\\(?=\w)", shown)
    assert not re.search(r"\w\.(com|org|zip|example)\b", inert(f"{text}.com"))


SERVICES = (
    "slack://TAAAAAAAA/BAAAAAAAA/AAAAAAAAAAAAAAAAAAAAAAAA/#general",
    "discord://123456789012345678/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl",
    "tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12315544",
    "workflows://host.example:443/aaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbb",
    "mmost://host.example/aaaaaaaaaaaaaaaaaaaaaaaa",
    "json://host.example/",
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bodies of what goes out; nothing leaves the machine."""
    bodies: list[str] = []

    def request(_session: Any, *, data: Any = None, **_options: Any) -> requests.Response:
        bodies.append(data.decode() if isinstance(data, bytes) else str(data))
        answer = requests.Response()
        answer.status_code, answer._content = 200, b"ok"
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    return bodies


@pytest.mark.parametrize("form", ["", "?format=text", "?format=markdown", "?format=html"])
@pytest.mark.parametrize("url", SERVICES)
@pytest.mark.parametrize("name", NAMES)
def test_no_service_is_given_a_link_or_a_mention(url: str, form: str, name: str, sent: list[str]) -> None:
    message = Message(f"leadsync: {name} failed", f"{name} failed: {name}\n", good=False)
    assert list(deliver([SecretStr(url + form)], message)) == []
    text = " ".join(strings(json.loads(sent[-1]))).replace("\\", "")
    assert "leadsync" in text
    assert not re.search(r"evil\.example|https?://evil|]\(h|<[@!#a]|<http|@(everyone|here|U|&|evil)|\x1b|\u202e", text)


def strings(value: Any) -> list[str]:
    """All texts of a JSON value."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in strings(member)]
    if isinstance(value, list):
        return [text for member in value for text in strings(member)]
    return [value] if isinstance(value, str) else []


def test_mail_is_plain_text(mailbox: Mailbox) -> None:
    for name in NAMES:
        assert list(deliver([SecretStr(mailbox.url)], Message(f"leadsync: {name}", f"{name}\n", good=False))) == []
    for letter in mailbox.letters:
        assert "\n" not in letter["Subject"]
        assert letter.get_body(("plain",)) is not None
        for part in letter.walk():
            if not part.is_multipart():
                assert not re.search(r"evil\.example|https?:|<!|<@|@everyone|<img|<a", part.get_content())

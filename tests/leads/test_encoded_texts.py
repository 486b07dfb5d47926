"""Texts in the writing of web pages, e-mails and wrong encodings; ordinary ones have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.encoded_texts import ENCODED, LOST_AT_END, TEMPLATE, writing_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{first_name}}", "template"),
        ("${name}", "template"),
        ("%name%", "template"),
        ("{{ name }}", "template"),
        ("Hi {{first_name}}", "template"),
        ("Dear ${name},", "template"),
        ("*|FNAME|*", "template"),
        ("{!Contact.Name}", "template"),
        ("{ann}", ""),
        ("*|*", ""),
        ("US${5}", ""),
        ("{6fa459ea}", ""),
        ("{{1}} and more", ""),
        ("100%", ""),
        ("Ren&eacute; Lee", "web page"),
        ("Smith &amp; Sons", "web page"),
        ("Ren&#233;", "web page"),
        ("Ren&#xE9;", "web page"),
        ("Ren=C3=A9", "e-mail"),
        ("Ren=E9", "e-mail"),
        ("=?utf-8?Q?Ren=C3=A9?=", "e-mail"),
        ("Ren%C3%A9", "web address"),
        ("Ann%20Lee", "web address"),
        ("Ren\\u00e9", "program"),
        ("Ren+AOk-", "UTF-7"),
        ("Ren+AOk M+APw-ller", "UTF-7"),
        ("+BBgEMgQwBD0-", "UTF-7"),
        ("RenÃ©", "UTF-8"),
        ("O\u00e2\u20ac\u2122Brien", "UTF-8"),
        ("Å\x81ukasz", "UTF-8"),
        ("Ð˜Ð²Ð°Ð½", "UTF-8"),
        ("50Â £", ""),
        ("50Â£", "UTF-8"),
        ("Ren\ufffd", "U+FFFD"),
        ("Ren√©", "UTF-8"),  # Mac Roman
        ("M├╝ller", "UTF-8"),  # cp850 and cp437
        ("GroĂźe", "UTF-8"),  # cp1250
        ("–ò–≤–∞–Ω", "UTF-8"),
        ("M?ller", "M?ller"),
        ("Bj?rn ?sterberg", "M?ller"),
        ("?sa", "M?ller"),
        ("M?LLER", "M?ller"),
    ],
)
def test_letters_in_another_writing(text: str, words: str) -> None:
    assert words in writing_of(text)
    assert bool(writing_of(text)) is bool(words)


@pytest.mark.parametrize(
    "text",
    [
        "AT&T", "R&D; sales", "Tom & Jerry;", "a=B", "x=1", "https://x.example/?q=C3&r=%C3%A9",
        "50%", "20% 20", "ann+lee@x.example",
        "C:\\new\\users", "+61-3-8321", "+Plus-", "+Call", "+Add-", "1+One",
        "Interested?", "Why?", "call him? or not", "what? why", "Was he in?call again as soon as you can",
        "page?id=3", "https://x.example/a?b", "?", "? Ann", "A?1", "RĂŞINĂ", "ŻÓŁĆ", "Łódź", "ĽŠČŤŽÝÁÍÉ", "«École»",
        "CAFÉ’S", "João", "Îles", "Ünal–Özil", "Œuvre", "«Ä»", "",
    ],
)  # fmt: skip
def test_ordinary_texts_have_none(text: str) -> None:
    assert writing_of(text) == ""


@pytest.mark.parametrize(
    ("text", "heading", "is_lost"),
    [
        ("Jos?", "firstname", True),
        ("Jean-Ren?", "prénom", True),
        ("Orl? Novo?", "city", False),
        ("Jos?", "ort", True),
        ("Sold?", "report", False),
        ("Jos?", "notes", False),
        ("is it Ann?", "name", False),
        ("Ann ?", "name", False),
    ],
)
def test_a_question_mark_behind_a_name_is_a_lost_letter(text: str, heading: str, *, is_lost: bool) -> None:
    assert (writing_of(text, heading) == LOST_AT_END) is is_lost


@pytest.mark.parametrize(
    ("text", "heading", "is_name"),
    [
        ("[First Name]", "name", True),
        ("<name>", "firstname", True),
        ("<outcome>", "disposition", True),
        ("[Company]", "company", True),
        ("[Ann]", "name", False),
        ("[x]", "mark", False),
        ("<me>", "name", False),
        ("[5]", "score", False),
    ],
)
def test_a_heading_in_brackets_is_a_template_s_name(text: str, heading: str, *, is_name: bool) -> None:
    assert (writing_of(text, heading) == TEMPLATE) is is_name


@given(st.text("éèüößñçàáíóúâêîôïëÄÖÜÅæøå", min_size=1))
def test_utf8_read_as_windows_1252_is_known(text: str) -> None:
    wrong = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
    assert "UTF-8" in writing_of(wrong)
    assert writing_of(text) == "" or writing_of(text) in ENCODED

"""Words that make no sense in Windows-1252: the encodings in which they do, and the letters they have there."""

import pytest

from leadsync.sheets.formats.other_encodings import encodings_of, has_sense, other_letters


def as_1252(text: str, encoding: str) -> str:
    return text.encode(encoding).decode("cp1252", "surrogateescape")


@pytest.mark.parametrize(
    ("names", "encoding", "name"),
    [
        ("Dvořák Růžička Kučera", "cp1250", "windows-1250"),
        ("Paweł Mąż", "cp1250", "windows-1250"),
        ("Świętosława Łukasz", "iso8859-2", "iso8859-2"),
        ("Ayşe İbrahim Doğan", "cp1254", "windows-1254"),
        ("Jānis Bērziņš", "cp1257", "windows-1257"),
        ("Œuvre Šimon", "iso8859-15", "iso8859-15"),
        ("Иван Анна", "koi8-r", "koi8-r"),
        ("Иван Мария", "cp866", "cp866"),
        ("משה כהן", "cp1255", "windows-1255"),
        ("สมชาย รักชนก พัทยา", "cp874", "windows-874"),
        ("山田太郎 佐藤", "cp932", "shift_jis"),
        ("Růžena Řehoř", "cp852", "cp852"),
    ],
)
def test_the_encodings_of_words(names: str, encoding: str, name: str) -> None:
    assert name in encodings_of([as_1252(word, encoding) for word in names.split()])


@pytest.mark.parametrize(
    ("word", "has"),
    [("Bâgé", False), ("Steinþór", False), ("Dvoøák", True), ("Cantù", True), ("Ayþe", True), ("Jânis", True)],
)
def test_a_word_may_have_sense_elsewhere(word: str, *, has: bool) -> None:
    assert has_sense(word) is has


def test_words_of_no_encoding_have_none() -> None:
    assert encodings_of(["x×÷", "y×÷", "×÷z"]) == []
    assert encodings_of([]) == []


def test_letters_are_told_with_the_others_of_their_bytes() -> None:
    words = [as_1252(word, "cp1250") for word in ("Dvořák", "Řehoř", "Růžena")]
    assert other_letters(words, "windows-1250") == [("ø", "ř"), ("Ø", "Ř"), ("ù", "ů")]
    assert other_letters([as_1252("田中", "cp932")], "shift_jis") == []


def test_a_byte_without_a_printed_sign_tells_nothing() -> None:
    assert other_letters(["Šimon", "Žofie"], "iso8859-2") == []
    assert other_letters(["ã\udc9d", "Š"], "windows-1253") == [("ã", "γ")]

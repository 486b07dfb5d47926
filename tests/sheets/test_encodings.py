"""The encoding of a text by all of its bytes: a mark, the pattern of NULs, UTF-8, or a guess that fits every word."""

import codecs
import io

import pytest

from leadsync.errors import SheetError
from leadsync.sheets.formats import encodings
from leadsync.sheets.formats.encodings import Encoding, find_encoding, has_mark, named_encoding
from leadsync.sheets.formats.libraries import CHARSETS, load

NAMES = "Id,Name\n1,Zoë\n2,Jürgen\n3,Müller\n"


@pytest.fixture(autouse=True)
def _charsets() -> None:
    load(b"Id,N", library=CHARSETS)


def found(content: bytes) -> Encoding:
    return find_encoding(io.BytesIO(content), "leads.csv")


@pytest.mark.parametrize(
    ("mark", "codec", "name", "remark"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig", ""),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16", "The text is UTF-16."),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16", "The text is UTF-16."),
        # This mark begins with that of UTF-16.
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32", "The text is UTF-32."),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32", "The text is UTF-32."),
    ],
)
def test_a_mark_decides(mark: bytes, codec: str, name: str, remark: str) -> None:
    assert found(mark + NAMES.encode(codec)) == Encoding(name, mark=True, remark=remark)
    assert has_mark(io.BytesIO(mark))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_without_a_mark_the_places_of_nuls_decide(codec: str) -> None:
    encoding = found(NAMES.encode(codec))
    assert encoding.name == codec
    assert encoding.remark == (
        f"The text is {codec.upper()}, without a byte order mark; give --encoding if letters look wrong."
    )


def test_a_nul_in_a_plain_text_is_no_pattern() -> None:
    assert found(b"Id,Name\n1,Bo\0\n").name == "utf-8"


def test_utf8_is_told_by_no_other_encoding_passing_for_it() -> None:
    assert found(NAMES.encode()) == Encoding("utf-8")
    assert found(b"Id,Name\n1,Bo\n") == Encoding("utf-8")


@pytest.mark.parametrize(
    ("names", "codec", "told"),
    [
        ("毛,牛,卢", "gb18030", "shift_jis or gb18030"),
        ("Jiří,Pařík", "mac_latin2", "mac-latin2"),
    ],
)
def test_a_few_words_that_are_utf8_by_chance_are_a_doubt(names: str, codec: str, told: str) -> None:
    lines = "".join(f"1,{name}\n" for name in names.split(","))
    encoding = found(b"Id,Name\n" + lines.encode(codec))
    assert (encoding.name, encoding.doubt) == ("utf-8", True)
    assert f"such as {told}" in encoding.remark
    assert not found(b"Id,Name\n" + lines.encode()).doubt
    assert not found(lines.encode(codec) + b"9,Zo\xc3\xab\n" * 201).doubt, "many words are no chance"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_stray_bytes_among_utf8_are_said(mark: bytes) -> None:
    encoding = found(mark + NAMES.encode() + b"4,Jos\xe9\n")
    assert (encoding.name, encoding.mark) == ("utf-8-sig" if mark else "utf-8", bool(mark))
    assert encoding.strays
    assert encoding.remark.startswith("The text is UTF-8, but a few letters are not")


def test_more_strays_than_letters_are_another_encoding() -> None:
    # Two of UTF-8 for two strays: by chance.
    assert found("Zoë,Noé\n".encode() + b"Jos\xe9,Ren\xe9\n").name == "cp1252"
    assert found("Zoë,Noé,Ünal,Özil\n".encode() + b"Jos\xe9,Ren\xe9\n").name == "utf-8"


def test_the_commonest_latin_encoding_is_guessed_and_said() -> None:
    encoding = found(NAMES.encode("cp1252"))
    assert encoding == Encoding(
        "cp1252", remark="The text is not UTF-8; it was read as Windows-1252 (cp1252); give --encoding if letters look "
        "wrong.",
    )  # fmt: skip


def test_a_word_without_sense_in_it_is_a_doubt_and_most_of_them_refuse_the_file() -> None:
    odd = found(NAMES.encode("cp1252") + b"4,Ren\x8ee\n")
    assert odd.doubt
    assert "but some words (1) look wrong so: in mac-roman Ž is é; give --encoding" in odd.remark
    with pytest.raises(SheetError, match="in no encoding that could be told for sure; save the file as UTF-8, or name"):
        found("Id,Name\n1,Renée\n2,Zoë\n3,Andrés\n".encode("mac_roman"))


@pytest.mark.parametrize(
    ("names", "codec", "told"),
    [
        (("Jiří Dvořák", "Tomáš Novák", "Müller"), "cp1250", "in windows-1250 ø is ř"),
        (("Nagy Gergő", "Kovács Béla"), "cp1250", "in windows-1250 õ is ő"),
        (("Ayşe", "Mehmet"), "cp1254", "in windows-1250 þ is ţ, in windows-1254 þ is ş"),
        (("Jānis", "Anna"), "cp1257", "in windows-1257 â is ā"),
    ],
)
def test_a_guess_with_words_of_another_language_is_a_doubt(names: tuple[str, ...], codec: str, told: str) -> None:
    encoding = found("".join(f"1,{name}\n" for name in ("Name", *names)).encode(codec))
    assert (encoding.name, encoding.doubt) == ("cp1252", True)
    assert told in encoding.remark
    assert [(remark.loud, remark.doubt) for remark in encoding.remarks] == [(True, True)]
    assert not any(name in encoding.remark for name in names)  # it goes into alerts


def test_a_byte_of_no_letter_in_windows_1252_refuses_the_file() -> None:
    with pytest.raises(SheetError) as told:
        found(b"Id,Name\n1,Bo\x81b\n2,J\xfcrgen\n")
    assert str(told.value).endswith("name its encoding with --encoding, such as cp850 or cp852.")
    assert told.value.folder_remedy == "save the file as UTF-8, or name its encoding in [input]"


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (("Имя,Город", "Иван Петров,Москва", "Ольга Смирнова,Санкт-Петербург"), "cp1251"),
        (("Id,Name", "1,Иван Петров", "2,Мария Сидорова", "3,Алексей Кузнецов"), "cp1251"),
        (("Id,Name", "1,Γιώργος Παπαδόπουλος", "2,Μαρία Οικονόμου", "3,Νίκος Γεωργίου", "4,Ελένη Δημητρίου"), "cp1253"),
        (("Id,Name", "1,محمد علي", "2,فاطمة حسن", "3,أحمد إبراهيم", "4,عائشة محمود", "5,يوسف خالد"), "cp1256"),
    ],
)
@pytest.mark.parametrize("times", [1, 20])
def test_letters_of_another_script_are_recognised_beside_numbers(names: tuple[str, ...], name: str, times: int) -> None:
    heading, *lines = names
    encoding = found("".join(f"{line}\n" for line in (heading, *lines * times)).encode(name))
    assert encoding.name == name
    guessed = f"The text is not UTF-8; it was read as {name}, by a guess; give --encoding if letters look wrong."
    assert (encoding.remark, encoding.doubt) == (guessed, True)


def test_a_letter_over_two_blocks_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_BLOCK", 3)
    assert found("aaë".encode()) == Encoding("utf-8")
    assert found("aaë\n".encode() * 3 + b"\xe9").strays


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("UTF8", b"x", Encoding("utf-8-sig")),
        ("utf-8", codecs.BOM_UTF8, Encoding("utf-8-sig", mark=True)),
        ("latin-1", b"x", Encoding("iso8859-1", mark=True)),
    ],
)
def test_a_named_encoding_is_taken(name: str, content: bytes, expected: Encoding) -> None:
    assert named_encoding(name, io.BytesIO(content)) == expected


@pytest.mark.parametrize("name", ["utf-9", "rot13", "base64"])
def test_a_name_of_no_text_encoding_is_refused(name: str) -> None:
    with pytest.raises(SheetError, match=f"^--encoding {name}: there is no such text encoding; try utf-8, cp1252"):
        named_encoding(name, io.BytesIO(b"x"))


@pytest.mark.parametrize(
    ("encoding", "wants"),
    [
        (Encoding("utf-8"), False),
        (Encoding("utf-8-sig", mark=True), True),
        (Encoding("cp1252"), True),
        (Encoding("ascii"), False),
    ],
)
def test_reports_have_a_mark_if_the_file_had_one_or_was_not_utf8(encoding: Encoding, *, wants: bool) -> None:
    assert encoding.wants_mark is wants

"""Texts read as Windows-1252: words of other encodings make no sense in it, and its own do."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.sheets import open_table
from leadsync.sheets.formats.plausibility import plausibility


def read_as_1252(text: str, encoding: str) -> str:
    return text.encode(encoding).decode("cp1252", "replace")


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
@pytest.mark.parametrize("word", ["Renée", "Zoë", "Chloë Sevigny", "Jürgen", "Bjørn Ångström", "Hélène"])
def test_words_of_other_encodings_make_no_sense(word, encoding):
    text = read_as_1252(f"A1,{word},x\n", encoding)
    assert "\ufffd" in text or len(plausibility([text]).odd) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Renée,Müller,Zoë,José,Ångström,Øystein,Þór,Æsa,ÉMILE,MÜLLER,Šárka,Miloš,Žižek,Louis Haÿs,L’Haÿ-les-Roses",
        "O’Brien,O´Brien,D‘Arcy,col·legi,Müller–Schmidt,yes—call later,wait…,“quoted”,„zitiert“,«cité»,‚zitiert‘,‹x›",
        "Acme™,Acme®,m²,5 °C,nº 5,1ª,Mª José,¿Qué?,¡Hola!,£5,5€,EUR€,½ price,naïve café,Ã,±5,§ 5,Note†,Señor/Señora",
        "Ñáñez,Sæþór,Friðþór,Jäääär,Þýðandi,hÉadhnú,tÁth",
        "DŽEMAL,McÉWAN,Anne-Élise,L’Étoile,d’Été,Jean-Çelik",
    ],
)
def test_ordinary_texts_do(text):
    assert plausibility(text.split(",")).odd == ()


_LATIN = "abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšž"


@given(st.lists(st.text(_LATIN, min_size=1), min_size=1), st.sampled_from([str.title, str.upper, str.lower]))
def test_words_of_small_letters_or_of_capitals_make_sense(words, case):
    text = "\n".join(map(case, words)).encode("cp1252", "ignore").decode("cp1252")
    assume(not re.search(r"[^\x00-\x7f]{3}|\b[^\x00-\x7f]{2,}\b", text))
    assert plausibility([text]).odd == ()


@pytest.mark.parametrize(
    ("word", "encoding", "name"),
    [
        ("Иван", "cp1251", "windows-1251"),
        ("Мария Сидорова", "cp1251", "windows-1251"),
        ("Ян", "cp1251", "windows-1251"),
        ("Νίκος", "cp1253", "windows-1253"),
        ("Анна", "koi8-r", "koi8-r"),
        ("כהן", "cp1255", "windows-1255"),
        ("田中", "cp932", "shift_jis"),
        ("李", "gb18030", "gb18030"),
        ("김", "cp949", "cp949"),
        ("Paweł", "cp1250", "windows-1250"),
        ("Mąż", "cp1250", "windows-1250"),
        ("Ştefan", "iso8859-2", "iso8859-2"),
        ("Šimon", "iso8859-15", "iso8859-15"),
    ],
)
def test_words_of_other_languages_make_no_sense(word, encoding, name):
    found = plausibility([read_as_1252(f"A1,{word},Sale\n", encoding)])
    assert found.is_foreign
    assert name in found.encodings


@pytest.mark.parametrize(
    ("names", "is_wrong"),
    [
        (["Dvoøák"], True),
        (["Müller", "Groß", "José", "Dvoøák"], True),  # words without an answer tell nothing
        (["Müller", "Groß", "José"], False),
        ([f"Hélène{number}Mercière" for number in range(20)] + ["Øeháø"], False),
        (["Hélène", "Françoise", "Øeháø"], True),
    ],
)
def test_a_few_doubted_words_among_surely_western_ones_are_right(names, is_wrong):
    assert bool(plausibility([",".join(names)]).wrong) is is_wrong


def test_the_encodings_with_sense_in_all_words_are_named():
    assert plausibility([read_as_1252("Renée Müller", "mac_roman")]).encodings == ["mac-roman", "mac-latin2"]
    assert plausibility([read_as_1252("José Núñez", "cp850")]).encodings == ["cp850"]
    assert plausibility([read_as_1252("Zoë", "cp850")]).encodings == ["mac-roman", "cp850"]


def test_a_text_with_mostly_such_words_is_refused_and_with_few_a_doubt(text_file):
    path = text_file("Id,Name\n1,Renée\n2,Müller\n3,Zoë\n".encode("mac_roman"))
    with pytest.raises(
        SheetError, match="save the file as UTF-8, or name its encoding with --encoding, such as mac-ro"
    ):
        open_table(path).__enter__()
    with open_table(path, encoding="mac-roman") as table:
        assert [row.cells[1] for row in table.rows()] == ["Renée", "Müller", "Zoë"]
    mixed = text_file("Id,Name\n1,Renée\n2,Müller\n3,Zo‘\n".encode("cp1252"))
    with open_table(mixed) as table:
        (remark,) = table.remarks
        assert (remark.doubt, remark.loud) == (True, True)
        assert "read as Windows-1252 (cp1252), but some words (1) look wrong so: in mac-roman ‘ is ë" in remark.text
    with open_table(text_file("Id,Name\n1,Renée\n2,O’Brien\n".encode("cp1252"))) as table:
        assert [remark.doubt for remark in table.remarks] == [False]


@pytest.mark.parametrize(
    ("names", "encoding", "is_wrong"),
    [
        ("Jõgi Kõrveküla Sõmeru Tõrva", "cp1252", False),  # Estonian
        ("Përmet Krujë Delvinë Himarë Gegë", "cp1252", False),  # Albanian
        ("Bjørg Norðragøta Sørvágur Miðvágur", "cp1252", False),  # Faroese
        ("Ülle Öö Jüri Tamm Võru", "cp1252", False),  # Estonian
        ("Jürgen Öö Müller", "cp1252", True),
        ("Öö Ää", "cp1252", True),
        ("Erdős Gergő Felső Kőrös", "cp1250", True),
        ("Jõgi Erdõs Ágnes Kõrös", "cp1252", True),
        ("Eglė Klaipėda Varėna Rimantė", "cp1257", True),
        ("Dvořák Jiří Ondřej Bára", "cp1250", True),
    ],
)
def test_a_file_with_the_letters_of_one_small_language_is_right(names, encoding, is_wrong):
    assert bool(plausibility([read_as_1252(f"{names}\n", encoding)]).wrong) is is_wrong


def test_no_encoding_is_named_in_which_words_make_no_sense_either():
    assert plausibility(["Ren€e,Bob\n"]).encodings == []

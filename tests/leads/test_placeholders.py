"""Words for a missing value: those of programs, and those of people."""

import pytest

from leadsync.leads.placeholders import is_null_word, is_placeholder


@pytest.mark.parametrize(
    "text", ["NULL", "null", "N/A", "n.a.", "NaN", "NaT", "Nil", "None", "(null)", "<NULL>", "[n/a]", "\\N"]
)
def test_programs_words(text: str) -> None:
    assert is_null_word(text)
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["Null Street", "Nile", "(null", "none given", "N", ""])
def test_other_texts_are_no_words_of_programs(text: str) -> None:
    assert not is_null_word(text)


@pytest.mark.parametrize(
    "text", ["", "-", "- -", "0", "000", "xx", "XXX", "unknown", "T.B.A.", "No phone", "not provided", "none given"]
)
def test_peoples_words(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["k.A.", "K. A.", "keine Angabe", "ohne", "Unbekannt", "n/d", "S/N", "sin dato", "néant", "inconnu"]
)
def test_words_of_other_languages(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "brak",
            "onbekend",
            "geen",
            "ukendt",
            "нет",
            "неизвестно",
            "不明",
            "なし",
            "无",
            "없음",
            "-1",
            "ditto",
            "As above",
        ],
        *[
            "n.v.t.",
            "nvt",
            "b/d",
            "i.t.",
            "n/k",
            "ej angivet",
            "ei tiedossa",
            "ikke oppgitt",
            "sem informação",
            "žádný",
        ],
        *[
            "neuvedeno",
            "nem ismert",
            "belirsiz",
            "bilgi yok",
            "не указано",
            "без номера",
            "отсутствует",
            "暂无",
            "不详",
        ],
        *["不適用", "該当なし", "해당없음", "to follow", "sans", "ei ole"],
        *["%id%", "%%lead id%%", "__ID__", "${lead_id}", "{{id}}", "{% id %}", "[[id]]", "<<id>>", "#id#"],
    ],
)
def test_words_of_further_languages(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "10",
        "A0",
        "Noah",
        "note",
        "unknowns",
        "no 12",
        "ND",
        "SN",
        "KA",
        "Ohnesorg",
        "Brakman",
        "n/d 7",
        "No. 5",
        "Ing",
        "IT",
        "-12",
        "Sansom",
        "Idemitsu",
        *["{6fa459ea-b7}", "[VIP]", "#12#", "$5", "$ann", "_ann_", "%7%", "@ann", "'id'", "*ann*"],
    ],
)
def test_values_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)

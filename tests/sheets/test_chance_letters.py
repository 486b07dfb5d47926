"""Letters out of place: words of other encodings that are valid UTF-8 by chance, and honest words that are not."""

import pytest

from leadsync.sheets.formats.chance_letters import out_of_place


@pytest.mark.parametrize(
    ("word", "encoding"),
    [
        *((name, "gb18030") for name in ("毛", "牛", "卢", "贸", "谦", "蔷", "职", "茅")),
        *((name, "mac_latin2") for name in ("Jiří", "Pařík", "Říha", "Řád", "Dříve")),
        *((name, "cp932") for name in ("ﾃｽ", "ﾄｱ", "ﾅｷ")),
        *((name, "cp949") for name in ("챈", "챘", "철")),
        *((name, "gb18030") for name in ("谢", "薛", "始", "使", "驶毛")),
        ("Рі", "cp1251"),
        ("Γ©", "cp1253"),
    ],
)
def test_a_word_of_another_encoding_is_out_of_place(word: str, encoding: str) -> None:
    read = word.encode(encoding).decode("utf-8")
    assert out_of_place([f"1,{read},0412"])


@pytest.mark.parametrize(
    "text",
    [
        "Müller José Zoë Þór Ægir Øystein Åse Nîmes Bâle João Peña Òscar El·lenóra coöperatie façade œuvre GROẞ McÉwan",
        "Więckowski Łódź Dvořák Šárka Kőszeg Győr Țepeș Ştefan Jūratė Ķekava Šķēle Żejtun Ħamrun ŁUKASZ ČSOB",
        "Çağlar İstanbul Işık Əliyev Nguyễn Đặng Trần Ngọc Ơ Ý Siân Ŵyn Ọlá Ɗan ĽUDOVÍT",
        "Kāneʻohe Hāʻena Āʻā ʻĪ Ōʻū Līhuʻe Nāʻālehu ʻEwa", "Kostʼa Šarlʼ Oʼtkir", "ʿAlī Saʾūd", "1,Āʻā,ʻĪ",
        "Иван Ольга", "Μαρία", "שלום", "محمد علي", "Հայկ", "ქეთი", "สมชาย", "田中 太郎", "王 毛", "김", "क्षमा",
        "à la carte, où çà, è vero, O’Brien d’Été “quoted” – … №5 ½ Mª Nº 1º µg 5€ £20 m² 20° São•Paulo Hawaiʻi ❤️",
        "1,É,0412", "1,£,½", "Zoe\u0308", "Ann", "1,Đỗ,0412",
        "1,Öö,2", "1,ÅÄÖ Bygg", "1,Ebru Öz,Üç", "1,Ян Ли,Яя", "1,Ян Ю", "1,Żó", "1,ÁÉ Kft", "1,Σ,3", "±5 µm,10 Ω",
        "1,\u00a0,2", "1,\u00a0\u00ad\u00a0,2", "1,§,2", "1,×,2",
        "Kofi Ɔbɔ", "Ɛyɛ", "Mɛnsa", "Ʋenɔ Ɖeku", "Ɲalen Koɗɗe", "Ɖɔ̀ssou Kɛ́nù", "Ŋgũgĩ", "ǃXóõ ǀGui",
        "1,a « b,« oui », 1,a » b,»", "1,20 ÷ 4 m,¼ acre, ¼", "piso 2 º, º", "¡ hola !, ¡",
        "Acme ®, ®", "a ¬ b, ¬", "¨ ok ¨, ¨",
        "1,50¢,50 ¢,¢", "5 µ", "5' 6 ´´", "a ¶, ¶", "a ¦ b", "a ¸ b", "a ƒ b", "1,Acme¹,5¹", "1,tel.,«\u00a0oui\u00a0»",
        "1,Éé,À", "1,Š,0412", "Š. Novák", "1,²,0412", "1,°,0412", "1,©,0412", "1,Ñ,2", "1,¿,2", "1,±,¢",
        "1,½, 2,¼, 3,¾, 4,1", "1,«, 2,», 3,–, 4,…, 5,·, 6,•", "1,§ 12, 2,§ 5, 3,§§ 3", "1,®", "1,·,2", "1,½,2",
        "1,µ,2", "1,ª", "1,º,2, 2,º,x", "1,¹",
    ],
)  # fmt: skip
def test_words_of_languages_are_in_their_place(text: str) -> None:
    assert out_of_place(text.split(", ")) == []


def test_a_short_word_needs_a_capital_or_longer_ones_beside_it() -> None:
    assert out_of_place(["1,¬,Lu", "2,÷,Mei ®a"]) == ["¬", "÷"], "alone in their cells"
    assert out_of_place(["1,ян"]) == ["ян"]
    assert out_of_place(["1,ян", "2,Иван"]) == []
    assert out_of_place(["1,רן"]) == ["רן"]
    assert out_of_place(["1,רן", "2,Jörg Müller"]) == []
    assert out_of_place(["1,çÜ"]) == ["çÜ"], "no name begins so"
    assert out_of_place(["1,Ebru Öz,çÜ"]) == ["çÜ"]
    assert out_of_place(["1,Ebru Öz,çÜ", "2,Müller"]) == []

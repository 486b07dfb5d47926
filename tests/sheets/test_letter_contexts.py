"""Letters between their neighbours: those of Western names, and those of other languages with the same bytes."""

import pytest

from leadsync.sheets.formats.letter_contexts import Sense, sense_of


@pytest.mark.parametrize(
    "word",
    [
        "Hélène", "Mercière", "Benoît", "Forêt", "Loïc", "Chloë", "François", "Château", "sœur", "L’Haÿ-François",
        "Muñoz", "Ibáñez", "Gonçalves", "João", "Simões", "Inês", "Corrêa", "Covilhã", "Vânia",
        "Jørgensen", "Høyer", "Bøe", "Kjær", "Ærø", "Åse", "Håkansson", "Niccolò", "città", "Mosè", "HÉLÈNE",
        "Nîmes", "Bâle", "Mâcon", "Châlons", "Guîtres", "Brûlé", "Deûle", "Schœneck", "Estèphe", "Gillièron",
        "Cantù", "Più", "Viggiù", "Cefalù", "Mondovì", "Muggiò", "Bascapè", "Agliè",
        "Òscar", "Gràcia", "Mònica", "Èric", "Eugènia", "Vinaròs", "Tàrrega",
        "Maracanã", "Golegã", "Telêmaco", "Florência", "Botânico", "Fânzeres",
        "Þór", "Steinþór", "Guðrún", "Friðrik", "Eiður", "Hörður", "Dagný", "Sæmundur", "Egilsstaðir", "Seyðisfjörður",
        "Jõgi", "Võru", "Põld", "Nõmme", "Tõnu", "Õunapuu", "Kõiv", "Mõõk", "Lõhmus", "Põllumäe",
        "Gëzim", "Arbër", "Përmet", "Bardhë", "Durrës", "Shkodër", "Kukës", "Pejë", "Ëngjëll", "Vogël", "Velç",
        "Bañga", "Bárður", "Fjørður", "Sigurður", "Sæþór", "Friðþór",
        "Ffïon", "Gwenllïan", "Ùisdean", "Iùdaina", "Mirèio", "Lëtzebuerg",
        "Harboøre", "Trøim", "Feanwâlden", "Fryslân", "Wûnseradiel", "Vajèn",
    ],
)  # fmt: skip
def test_names_of_western_europe_have_their_letters(word: str) -> None:
    assert sense_of(word) is Sense.WESTERN


@pytest.mark.parametrize("word", ["Müller", "José", "Groß", "Ágnes", "Šimon", "Öztürk", "L’Haÿ", "Ann"])
def test_some_letters_are_alike_everywhere(word: str) -> None:
    assert sense_of(word) is Sense.ALIKE


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *((name, "cp1250") for name in ("Dvořák", "Kučera", "Zdeněk", "Růžena", "Jiří", "Řehoř", "Plzeň", "Láďa")),
        *((name, "cp1250") for name in ("Kamień", "Wałęsa", "Sowińska", "Zięba", "Ćosić", "Śniadek")),
        *((name, "cp1250") for name in ("Gergő", "Szűcs", "Erdős", "Mihăilă", "Ţăranu", "Kovačić", "Marić", "Kovač")),
        *((name, "cp1254") for name in ("Ayşe", "Yılmaz", "Doğan", "İbrahim", "Şükrü")),
        *((name, "cp1250") for name in ("Kőszegi", "Jenő", "Csömő", "Hőgyész", "Emőd", "Kőrös")),
        *((name, "cp1257") for name in ("Eglė", "Rimantė", "Marijampolė", "Klaipėda", "Varėna", "Petkevičienė")),
        *((name, "cp1257") for name in ("Jānis", "Bērziņš", "Kārlis", "Mindaugienė", "Žydrūnė", "Kęstutis")),
        *((name, "cp1258") for name in ("Đăng", "Tư")),
    ],
)
def test_names_of_other_languages_do_not(name: str, encoding: str) -> None:
    assert sense_of(name.encode(encoding).decode("cp1252")) is Sense.DOUBTED

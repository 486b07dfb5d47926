"""The words of totals, counts, pages and ends below a list, in the languages of most sheets. Pure.

A total is known by whole phrases: every word of its cell is one of these. They are kept folded, as `folded` gives them.
"""

import re
import unicodedata
from collections.abc import Iterable

WORDS = re.compile(r"[^\W\d_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """Return a text in small letters without accents: `TOTAL GENERAL` is `Total général`."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def _known(*lists: str) -> frozenset[str]:
    return frozenset(word for words in lists for word in WORDS.findall(folded(words)))


NOUNS = _known(
    "row rows record records lead leads contact contacts call calls result results entry entries item items line lines",
    "customer customers account accounts",
    "zeilen datensätze datensatz einträge kontakte kunden",  # German
    "lignes enregistrements contacts clients prospects résultats",
    "filas registros registro contactos clientes resultados líneas",  # Spanish, Portuguese
    "linhas contatos contactos",
    "righe registrazioni contatti clienti risultati",
    "rijen regels klanten contacten",
    "rækker rader poster kontakter kunder rivit riviä tietuetta",  # Danish, Norwegian, Swedish, Finnish
    "wierszy wiersze rekordów rekordy kontaktów klientów pozycji",
    "řádků záznamů kontaktů riadkov záznamov",  # Czech, Slovak
    "sor sorok rekord rekordok",  # Hungarian
    "rânduri înregistrări redova zapisa vrstic zapisov",  # Romanian, Croatian, Slovene
    "строк записей контактов клиентов лидов рядків записів редове записи",  # Russian, Ukrainian, Bulgarian
    "εγγραφές γραμμές",
    "kayıt kayıtlar satır kişi",  # Turkish
    "eilučių įrašų rindas ieraksti rida kirjet",  # Lithuanian, Latvian, Estonian
    "שורות רשומות سجل سجلات صفوف",
    "件 件数 行 名 条 条记录 条数据 記録 笔 筆 건 행 명 รายการ แถว dòng baris",
)
"""Things counted."""

TOTALS = _known(
    "total totals subtotal subtotals sum count counts average avg",
    "summe zwischensumme gesamt gesamtsumme gesamtzahl gesamtanzahl gesamtergebnis insgesamt anzahl durchschnitt",
    "totaux somme moyenne nombre",
    "totales suma recuento cantidad promedio totais subtotais soma contagem média",
    "totale totali somma conteggio media",
    "totaal eindtotaal subtotaal aantal gemiddelde",
    "totalt totalsumma delsumma summa hovedtotal antal antall ialt yhteensä loppusumma välisumma",
    "razem łącznie ogółem suma",
    "celkem součet mezisoučet celkový počet spolu súčet medzisúčet",
    "összesen összeg végösszeg részösszeg darabszám",
    "subtotal totalul ukupno zbroj zbir skupaj vsota seštevek",
    "итого всего итог сумма количество подытог разом усього всього підсумок кількість общо",
    "σύνολο άθροισμα πλήθος",
    "toplam aratoplam toplamı",
    "viso suma kopā kopsumma kokku vahesumma",
    "balance forward übertrag vortrag saldovortrag saldo anfangsbestand endbestand anfangssaldo endsaldo solde",
    "reporter reporté riporto riportare beginsaldo eindsaldo overdracht transportar",
    'סה"כ סך المجموع الإجمالي إجمالي الاجمالي مجموع جمع',
    "合計 総計 小計 総合計 合計件数 総件数 合计 总计 小计 共计 总数 總計 總數 共 共計",
    "합계 총계 소계 총합계 총 รวม ยอดรวม รวมทั้งหมด tổng jumlah योग कुल",
)
"""Words which make a line a total."""

_BESIDE = _known(
    "brought carried opening closing anterior inicial finale iniziale initial précédent ouverture clôture à y sigue",
    "grand sub report overall general final page number amount of for all in the s set exported found affected",
    "selected returned listed displayed sec",
    "der die das den von aller alle allgemein",
    "de des du la le les d l général générale global",
    "el los las del geral do da dos das",
    "di del dei delle complessivo generale van alle het",
    "i alt och av af og yhteensä",
    "ogólna końcowa liczba ilość",
    "celková celkové počet",
    "общий общая общее промежуточный загальна",
    "γενικό genel ara sayısı",
    "כ הכל الكلي الكل العام עדد cộng keseluruhan ทั้งหมด",
)
"""Words beside a total's. A cell with any other word is none."""
VOCABULARY = NOUNS | TOTALS | _BESIDE

ENDS = _known(
    "end eof trailer ende fin fine fim einde slut slutt loppu koniec konec vége sfârșit",
    "kraj конец кінець край τέλος son pabaiga beigas lõpp סוף النهاية نهاية 以上 終わり おわり 结束 結束 完 끝 จบ",
)
_LISTS = _known(
    "report file data list export document page records of the",
    "liste datei berichts bericht berichtes daten rapport fichier données lista listado informe relatório",
    "archivo arquivo elenco rapporto lijst bestand raport pliku listy seznam seznamu zoznamu jelentés raportului",
    "отчета отчёта списка файла списку raporu listenin raporun liste",
)


def is_end(words: Iterable[str]) -> bool:
    """Whether folded words say that a list has ended, and nothing else."""
    found = frozenset(words)
    return not ENDS.isdisjoint(found) and (ENDS | _LISTS | _BESIDE).issuperset(found)

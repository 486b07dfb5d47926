# ruff: noqa: DTZ001 - the sheet's dates carry no timezone, as in any sheet
"""Make the sample data anew: `python sample_data/make.py`. The people are made up, the numbers are from the ranges that
Australia reserves for fiction. The special rows and what the dialer should say to them are written by hand below."""

import csv
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
ROWS = 200
HEADINGS = [
    "External Id", "Name", "StreetAddress", "City", "State", "PostCode", "First Phone", "Second Phone",
    "Outcome", "Call Back Date", "Priority", "Contact Hours", "Agent notes",
]  # fmt: skip
PLACES = [
    ("Abbotsford", "VIC", "3067", "03"), ("Ballarat", "VIC", "3350", "03"), ("Hobart", "TAS", "7000", "03"),
    ("Newtown", "NSW", "2042", "02"), ("Wagga Wagga", "NSW", "2650", "02"), ("Canberra", "ACT", "2601", "02"),
    ("Toowong", "QLD", "4066", "07"), ("Cairns", "QLD", "4870", "07"), ("Glenelg", "SA", "5045", "08"),
    ("Fremantle", "WA", "6160", "08"), ("Darwin", "NT", "0800", "08"), ("Alice Springs", "NT", "0870", "08"),
]  # fmt: skip
FIRST = [
    "Aroha",
    "Ben",
    "Chloe",
    "Dimitri",
    "Eilidh",
    "Farid",
    "Grace",
    "Hemi",
    "Isla",
    "Jack",
    "Kiri",
    "Liam",
    "Mei",
    "Noah",
    "Olivia",
    "Priya",
    "Quentin",
    "Rosa",
    "Siobhán",
    "Tom",
    "Uma",
    "Viet",
    "Willow",
    "Xavier",
    "Yasmin",
    "Zoë",
]
LAST = [
    "Nguyen",
    "Smith",
    "O'Brien",
    "Papadopoulos",
    "Singh",
    "Williams",
    "Null",
    "Rossi",
    "Taylor",
    "Kowalski",
    "Brown",
    "Anderson-Lee",
    "Wilson",
    "Yilmaz",
    "Martin",
    "D'Souza",
    "Thompson",
    "Chen",
    "White",
    "Haddad",
    "Walker",
    "Jensen",
    "Ryan",
    "Tran",
]
STREETS = ["Hoddle St", "Station Rd", "Beach Pde", "High St", "Wattle Gr", "Railway Tce", "Gum Tree Ln", "Victoria Ave"]
HOURS = {"VIC": "Melbourne", "TAS": "Hobart", "NSW": "Sydney", "ACT": "Sydney", "QLD": "Brisbane", "SA": "Adelaide",
         "WA": "Perth", "NT": "Darwin"}  # fmt: skip
OUTCOMES = ["Sale", "Call Back", "No Answer", "Not Interested", "<No Change>", "<no change>", "", "Answering Machine"]

# Row -> what is changed in the row, and the status and code it should end in.
SPECIAL: dict[int, tuple[dict[str, str], str, int | None]] = {
    9: ({"External Id": "99001"}, "failed", 101),
    21: ({"First Phone": "03 7010 4104"}, "failed", 104),
    33: ({"First Phone": "0255501105"}, "failed", 105),
    40: ({"Outcome": "Sail"}, "failed", 106),
    52: ({"Outcome": "<No Change>"}, "failed", 107),
    60: ({"Contact Hours": "Melborne"}, "failed", 111),
    71: ({"Outcome": "Sale"}, "conflict", 110),
    77: ({"Outcome": "Call Back"}, "succeeded", 0),  # the first attempt is answered 109
    84: ({"Outcome": "No Answer"}, "succeeded", 0),  # the first attempt is answered 103
    85: ({"Outcome": "No Answer"}, "failed", 103),  # and here every one
    96: ({"Outcome": "Sale"}, "unknown", None),  # the connection breaks after the dialer has applied it
    103: ({"Outcome": ""}, "succeeded", 0),  # the same, but sending it twice does no harm
    110: ({"External Id": ""}, "rejected", None),
    118: ({"First Phone": "8321 8199"}, "rejected", None),  # no area code
    125: ({"Call Back Date": "31/02/2027 10:00"}, "rejected", None),
    133: ({"Priority": "150"}, "rejected", None),
    141: ({"First Phone": "0491 570 156 / 0491 570 157"}, "rejected", None),
    150: ({"Call Back Date": "tomorrow arvo"}, "rejected", None),
    162: ({"Outcome": "Follow up"}, "failed", 106),
    177: ({"External Id": "99002"}, "failed", 101),
}
MOBILES = {12: "0491 570 156", 47: "0491570157", 88: "+61 491 570 158", 131: "491570159"}
# Few, because the fictitious range is small, and a number that two leads share would be a duplicate to the dialer.
BLANK_LINE = 100
TWICE = {170: 169}  # a second row for the lead of the row before it


def phone(area: str, number: int) -> str:
    """A landline of the fictitious ranges."""
    # phonenumbers knows 08 5550 from 9.0.18 on only; 08 7010 is in every release.
    exchange = "5550" if number % 2 and area != "08" else "7010"
    return f"{area}{exchange}{1000 + number:04d}"


def written(number: str, style: int) -> str:
    """The ways in which people write the same number."""
    area, rest = number[:2], number[2:]
    return [
        number, f"({area}) {rest[:4]} {rest[4:]}", f"+61 {area[1]} {rest[:4]} {rest[4:]}", f"{area} {rest[:4]} {rest[4:]} ",
        number[1:], f"{area}-{rest[:4]}-{rest[4:]}",
    ][style % 6]  # fmt: skip


def moment(at: datetime, style: int) -> str:
    """The ways in which people write the same moment."""
    clock = at.strftime("%I:%M%p").lstrip("0").lower()
    return [
        at.strftime("%d/%m/%Y %H:%M"), f"{at.day}/{at.month}/{at:%y} {clock}", at.strftime("%Y-%m-%d %H:%M"),
        at.strftime("%d-%b-%Y %H:%M"), at.strftime("%d.%m.%Y %H:%M"),
    ][style % 5]  # fmt: skip


def main() -> None:
    """Write leads.csv, leads.xlsx and practice_dialer.json."""
    chance = random.Random(3067)  # noqa: S311 - the same people each time
    rows: dict[int, dict[str, str]] = {}
    moments: dict[int, datetime] = {}
    held: dict[str, dict[str, str]] = {"88001": {"FirstPhone": "0255501105", "njDisposition": "Sale"}}
    numbers = [number for number in range(2, ROWS + 3) if number != BLANK_LINE]
    for number in numbers:
        city, state, code, area = chance.choice(PLACES)
        lead = str(9600 + number)
        first = phone(area, number)
        row = dict.fromkeys(HEADINGS, "")
        row |= {
            "External Id": lead,
            "Name": f"{chance.choice(FIRST)} {chance.choice(LAST)}",
            "StreetAddress": f"{chance.randint(1, 240)} {chance.choice(STREETS)}",
            "City": city, "State": state, "PostCode": code,
            "First Phone": written(first, number),
            "Second Phone": MOBILES.get(number) or chance.choice(["", "<No Change>"]),
            "Outcome": chance.choice(OUTCOMES),
            "Priority": chance.choice(["", "", "10", "5", "0", "50"]),
            "Contact Hours": f"Australia/{HOURS[state]}" if chance.random() < 0.3 else "",
            "Agent notes": chance.choice(["", "", "NA", "prefers mornings", "=ask for Jo", 'said "not today"']),
        }  # fmt: skip
        if row["Outcome"] == "Call Back" or chance.random() < 0.25:
            moments[number] = datetime(2027, 2, 1, 9) + timedelta(
                days=chance.randint(0, 40), minutes=chance.randint(0, 95) * 5
            )
            row["Call Back Date"] = moment(moments[number], number)
        if number in TWICE:
            row |= {name: rows[TWICE[number]][name] for name in ("External Id", "Name", "First Phone")}
        held.setdefault(row["External Id"], {"FirstPhone": first, "njDisposition": "No Answer"})
        row |= SPECIAL.get(number, ({}, "", None))[0]
        if "Call Back Date" in SPECIAL.get(number, ({}, "", None))[0] or number in TWICE:
            moments.pop(number, None)
        rows[number] = row
    del held[rows[52]["External Id"]]["njDisposition"]  # never dialed
    write_csv(rows)
    write_xlsx(rows, moments)
    (HERE / "practice_dialer.json").write_text(json.dumps(practice(rows, held), indent=1) + "\n", "utf-8")


def write_csv(rows: dict[int, dict[str, str]]) -> None:
    """The sheet as an export writes it: with a BOM, and a blank line that somebody left."""
    with (HERE / "leads.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, HEADINGS)
        writer.writeheader()
        for number, row in rows.items():
            if number == BLANK_LINE + 1:
                writer.writerow(dict.fromkeys(HEADINGS, ""))
            writer.writerow(row)


def write_xlsx(rows: dict[int, dict[str, str]], moments: dict[int, datetime]) -> None:
    """The same as a workbook: real dates, and phone numbers that lost their zero because they are number cells."""
    with xlsxwriter.Workbook(HERE / "leads.xlsx") as book:
        sheet = book.add_worksheet("Leads")
        date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True}))
        sheet.set_column(0, len(HEADINGS) - 1, 17)
        for number, row in rows.items():
            for column, heading in enumerate(HEADINGS):
                value = row[heading]
                if heading == "Call Back Date" and number in moments:
                    sheet.write_datetime(number - 1, column, moments[number], date)
                elif (heading in ("External Id", "Priority") and value.isdecimal()) or (
                    heading == "First Phone" and number % 6 == 4 and value.isdecimal()
                ):
                    sheet.write_number(number - 1, column, int(value))
                else:
                    sheet.write_string(number - 1, column, value)


def practice(rows: dict[int, dict[str, str]], held: dict[str, dict[str, str]]) -> dict[str, object]:
    """What the practice dialer holds, its faults, and how the special rows should end."""
    lead = {number: row["External Id"] for number, row in rows.items()}
    return {
        "leads": held,
        "dnc": ["0370104104"],
        "editing": [lead[71]],
        "faults": [
            {"kind": "code", "code": 109, "lead": lead[77], "attempt": 1},
            {"kind": "code", "code": 103, "lead": lead[84], "attempt": 1},
            {"kind": "code", "code": 103, "lead": lead[85]},
            {"kind": "close", "lead": lead[96], "attempt": 1, "applied": True},
            {"kind": "close", "lead": lead[103], "attempt": 1, "applied": True},
        ],
        "expected": {
            str(number): {"status": status, "code": code} for number, (_, status, code) in sorted(SPECIAL.items())
        },
        "expected_rows": len(rows),
    }


if __name__ == "__main__":
    main()

"""Sheets of several commands' tests."""

SHEET = (
    "Lead Id,Name,First Phone,Outcome,Call Back Date,Priority",
    "00123,Jane Smith,(03) 8321 8199,Sale,24/11/2031 14:30,5",
    "9857,Null,383218198,<no change>,,",
    "9858,O'Brien,+61 3 8321 8197,Call Back,25/11/2031 09:00,0",
)

ODD_SHEET = (
    "Lead Id,Name,FirstPhone,Outcome",
    'L1,Zoë O\'Brien "Zo",0383218191,Sale',
    "L/2 &?x=%20#,$(touch pwned) `id`,0383218192,Sail",
    "L3,李雷,8321 8193,Sale",
    "L1,Zoë,0383218191,Busy",
)
"""A repeated lead, an odd id, and a phone number without its area code."""

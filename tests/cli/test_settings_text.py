"""Settings files with values put in: comments and all else stay."""

import tomllib

from leadsync.cli.settings_text import value_in, with_columns, with_value

TEXT = """\
# Ours.
[input]
timezone = "Australia/Melbourne"  # of the sheet
phone_fields = ["FirstPhone"]

[campaign]
timezone = ""
template_id = 0

[columns]
# "Account No" = "njExternalLeadId"

[retry]
attempts = 5
"""


def test_a_setting_is_read_from_its_own_section() -> None:
    assert value_in(TEXT, "input", "timezone") == "Australia/Melbourne"
    assert value_in(TEXT, "campaign", "timezone") == ""
    assert value_in(TEXT, "campaign", "template_id") == 0
    assert value_in(TEXT, "campaign", "nothing") == ""


def test_a_value_changes_its_line_alone() -> None:
    expected = TEXT.replace('"Australia/Melbourne"', '"a \\"b\\" \\\\ é"')
    assert with_value(TEXT, "input", "timezone", 'a "b" \\ é') == expected
    assert with_value(TEXT, "campaign", "template_id", 41) == TEXT.replace("template_id = 0", "template_id = 41")
    assert with_value(TEXT, "input", "phone_fields", ("A", "B")) == TEXT.replace('["FirstPhone"]', '["A", "B"]')


def test_columns_come_behind_the_comment_of_their_section() -> None:
    changed = with_columns(TEXT, {"Acc No": "njExternalLeadId", 'a."b"': ""})
    assert changed.startswith(TEXT.partition("\n\n[retry]")[0] + '\n"Acc No" = "njExternalLeadId"\n')
    assert changed.endswith("\n\n[retry]\nattempts = 5\n")
    assert tomllib.loads(changed)["columns"] == {"Acc No": "njExternalLeadId", 'a."b"': ""}
    assert with_columns(TEXT, {}) == TEXT

"""Rows to be sent before later ones of their leads: the words; what is named when, tests/cli/test_resolve.py shows."""

from leadsync.run.earlier_rows import send_first

RUN = "20261124-014813-f9ac"


def test_the_commands_that_send_rows_first_name_few_of_them() -> None:
    assert send_first(RUN, [2, 5]) == f"`leadsync resolve {RUN} --row 2 --row 5 --send` and `leadsync resume {RUN}`"
    many = send_first(RUN, range(11))
    assert many == f"`leadsync resolve {RUN} --row N --send` for each N and `leadsync resume {RUN}`"

"""Templates of pages: values are text, hidden characters are shown, and a misspelt name is an error."""

import pytest
from jinja2 import UndefinedError

from leadsync.report.pages import _environment, page_template


def rendered(text: str, **values: object) -> str:
    return _environment().from_string(text).render(**values)


def test_values_are_text_and_no_markup() -> None:
    assert rendered("<b>{{ name }}</b>", name="<script>&'\"") == "<b>&lt;script&gt;&amp;&#39;&#34;</b>"


def test_hidden_characters_are_written_out() -> None:
    assert rendered("{{ name }}", name="a\u202eb") == r"a\u202eb"


def test_a_name_that_no_value_has_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ misspelt }}")


def test_counts_and_shares_have_the_form_of_the_texts() -> None:
    assert rendered("{{ 1234567 | number }} {{ 1 | share(3) }} {{ 0 | share(0) }}") == "1,234,567 33.3% 0.0%"


@pytest.mark.parametrize("name", ["stats_page.html.jinja", "page.html.jinja"])
def test_the_templates_are_shipped(name: str) -> None:
    assert page_template(name).name == name

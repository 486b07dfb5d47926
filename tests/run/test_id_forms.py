"""The forms of ids."""

import pytest

from leadsync.run.id_forms import IdForms, form_of


@pytest.mark.parametrize(
    ("name", "form"), [("A-101", "A-999"), ("10234", "99999"), ("Hot leads", "Aaa aaaaa"), ("24/11/2027", "99/99/9999")]
)
def test_the_form_of_an_id_keeps_its_signs_and_its_length(name: str, form: str) -> None:
    assert form_of(name) == form


def odd(ids: str) -> set[int]:
    """The rows of odd ids; the first row is 2."""
    forms = IdForms()
    names = ids.split("|")
    for number, name in enumerate(names, 2):
        forms.learn(number, form_of(name))
    return forms.odd(len(names))


@pytest.mark.parametrize(
    ("ids", "rows"),
    [
        ("10234|10235|24/11/2027", {4}),
        ("24/11/2027|25/11/2027|10234", set()),  # most are dates: so the ids are
        ("10234|10235|10236|51824753556", {5}),  # more than twice as long
        ("10234|10235|51824753556", set()),  # two ids alike say nothing yet
        ("10234|10235|10236|1023 4", {5}),  # a blank that the others lack
        ("1|22|333|51824753556", set()),  # of all lengths
        ("A1|B-2|C/3", set()),  # no two alike
        ("", set()),
    ],
)
def test_a_date_or_an_id_unlike_all_others_is_odd(ids: str, rows: set[int]) -> None:
    assert odd(ids) == rows


def test_ids_of_very_many_forms_tell_nothing() -> None:
    forms = IdForms()
    lengths = [forms.learn(number, "9" * number) for number in range(1, 53)]
    assert lengths[-1], "no more of them are needed"
    assert forms.odd(52) == set()

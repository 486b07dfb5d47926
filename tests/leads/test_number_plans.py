"""Numbering plans: each region's codes, the numbers found in it, and those dialed as at home."""

import pytest

from leadsync.leads.number_plans import Dialed, country_code_of, country_of, parse, plan_of


@pytest.mark.parametrize(
    ("region", "code", "trunk", "home"),
    [
        ("AU", "61", "0", {"AU", "CC", "CX"}),
        ("GB", "44", "0", {"GB", "GG", "IM", "JE"}),
        ("US", "1", "1", {"US", "PR", "VI", "GU", "AS", "MP"}),
        ("NZ", "64", "0", {"NZ"}),
        ("CA", "1", "1", {"CA"}),
    ],
)
def test_a_plan_has_its_codes_and_the_regions_dialed_as_home(
    region: str, code: str, trunk: str, home: set[str]
) -> None:
    plan = plan_of(region)
    assert (plan.code, plan.trunk, set(plan.home)) == (code, trunk, home)
    assert country_code_of(region) == code


def test_a_number_is_found_by_its_digits_and_dialed_with_the_trunk() -> None:
    australia = plan_of("AU")
    for number in ("0383218199", "+61383218199", "0011 61 3 8321 8199"):
        assert australia.find(number) == Dialed("383218199", "0383218199")
    assert australia.find("+64 9 887 6986") is None, "a number of another region"
    assert australia.find("12") is None
    assert plan_of("NZ").find("+64 9 887 6986") == Dialed("98876986", "098876986")


def test_numbers_of_a_region_dialed_as_home_are_found_and_others_of_the_code_are_not() -> None:
    assert plan_of("US").find("+1 787 642 3456") is not None, "Puerto Rico"
    assert plan_of("US").find("+1 506 234 5678") is None, "Canada"


def test_premium_numbers_are_told_by_their_digits() -> None:
    plan = plan_of("AU")
    assert plan.premium.fullmatch("1900123456")
    assert plan.numbers.fullmatch("1900123456") is None
    assert plan.numbers.fullmatch("383218199")


def test_the_country_of_a_number() -> None:
    assert country_of(parse("+6498876986", "AU")) == "NZ"
    assert country_of(parse("+80012345678", "AU")) == "", "of no country"
    assert country_of(parse("no number", "AU")) == ""

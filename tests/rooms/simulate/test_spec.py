from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from segmentry.simulate import PROCESSES, CompanySpec, simulate
from segmentry.terms.errors import SettingsError


def test_default_specification_has_no_mistake() -> None:
    """What a newcomer gets without choosing anything is valid."""
    assert CompanySpec().problems() == ()
    assert CompanySpec().check() == CompanySpec()


def test_specification_is_frozen_and_hashable() -> None:
    """A specification can be stored and compared; nobody changes it behind a company's back."""
    with pytest.raises(FrozenInstanceError):
        CompanySpec().seed = 2  # type: ignore[misc]
    assert len({CompanySpec(), CompanySpec(), CompanySpec(seed=2)}) == 2


def test_all_mistakes_are_reported_at_once() -> None:
    """Seven mistakes give seven problems, each with its four parts, before anything is drawn."""
    spec = CompanySpec(
        customers=0,
        days=5,
        segments=99,
        process="beta_geometrc",  # type: ignore[arg-type]
        timezone="Europe/Lundon",
        currency="pounds",
        source="a:b",
    )
    with pytest.raises(SettingsError) as raised:
        simulate(spec)
    where = [problem.where for problem in raised.value.problems]
    assert where == ["customers", "days", "segments", "process", "timezone", "currency", "source"]
    assert all(problem.code and problem.what and problem.next_step for problem in raised.value.problems)
    hints = {problem.where: problem.next_step for problem in raised.value.problems}
    assert "beta_geometric" in hints["process"]
    assert "Europe/London" in hints["timezone"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customers", 10_000_001),
        ("customers", 10.5),
        ("customers", True),
        ("customers", "many"),
        ("seed", -1),
        ("days", 29),
        ("holdout_days", -1),
        ("segments", 0),
        ("products", 7),
        ("separation", 1.01),
        ("season_strength", float("nan")),
        ("season_strength", float("inf")),
        ("campaign_effect", 0.6),
        ("guest_share", -0.1),
        ("dirt_share", 0.5),
        ("start", date(1900, 1, 1)),
        ("start", "2023-01-01"),
        ("currency", "gbp"),
        ("source", ""),
        ("survey_strength", -0.1),
        ("lead_strength", 1.5),
        ("parts", ("persons", "peple")),
    ],
)
def test_values_out_of_range_are_named(field: str, value: object) -> None:
    """Whatever is given in a field, a wrong value is refused and the field is named."""
    problems = replace(CompanySpec(), **{field: value}).problems()
    assert [problem.where for problem in problems] == [field]


def test_seasonal_process_is_never_weak() -> None:
    """The process called seasonal has strong seasons whatever the strength asked for."""
    assert CompanySpec(process="seasonal", season_strength=0.0).strength == 0.9
    assert CompanySpec(season_strength=0.0).strength == 0.0
    assert set(PROCESSES) >= {"beta_geometric", "modified_beta_geometric", "pareto"}


def test_a_misspelt_part_gets_a_hint() -> None:
    """Every unknown part is a mistake of its own, with the part that was meant."""
    problems = CompanySpec(parts=("peple", "survey", "leads")).problems()
    assert [problem.given for problem in problems] == ["peple", "survey"]
    assert "surveys" in problems[1].next_step

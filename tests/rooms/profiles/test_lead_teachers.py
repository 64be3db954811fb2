"""Who teaches the chance of conversion: not whoever bears a date, where dates go by the outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.leads.alignments import alignment_rows
from segmentry.profiles.leads.chances import Taught, learn
from segmentry.profiles.leads.features import Offer
from segmentry.profiles.leads.standing import whose
from segmentry.profiles.leads.teaching import Settled, Teachers, days_since_epoch, teachers
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Basis
from tests.rooms.profiles.lead_worlds import AS_OF, WHEN, lead, publish, refreshed, rows

SPEC = LeadSpec(**WHEN)
NOW = days_since_epoch(AS_OF)


def told(seed: int, *, undated: tuple[float, float] = (1.0, 0.0), size: int = 6000, later: bool = False) -> Settled:
    """Leads of which 15 % convert after 25 days on average, and others are lost after 40 or stay open.

    Args:
        seed: Start of the random numbers.
        undated: Shares of lost and of converted leads without a date of closing.
        size: Number of leads.
        later: Whether the sources were written after the as-of.
    """
    random = np.random.default_rng(seed)
    created = NOW - random.uniform(0, 700, size)
    wins, stays = random.random(size) < 0.15, random.random(size) < 0.25
    closed = created + 1.5 + np.where(wins, random.exponential(25, size), random.exponential(40, size))
    settled = (closed <= NOW) & (wins | ~stays)
    outcome = np.where(settled, wins * 1.0, np.nan)
    lacking = random.random(size) < np.where(wins, undated[1], undated[0])
    until = np.minimum(created + SPEC.observed_days, NOW)
    return Settled(outcome, created, until, np.where(settled & ~lacking, closed, np.nan), later)


def base(found: Teachers) -> float:
    """Share that converted among the leads that teach."""
    return float(found.came[found.teaching].mean())


def test_lost_leads_without_a_date_leave_the_chance_as_it_is() -> None:
    """Over eight worlds the base rate is that of the same leads with all dates, within 5 % of it."""
    plain = np.mean([base(teachers(told(seed, undated=(0.0, 0.0)), SPEC)) for seed in range(8)])
    for lacking in (1.0, 0.5):
        found = [teachers(told(seed, undated=(lacking, 0.0)), SPEC) for seed in range(8)]
        assert all(each.lost_by_then is not None for each in found)
        assert np.mean([base(each) for each in found]) == pytest.approx(plain, rel=0.05)


def test_dates_that_both_sides_lack_alike_change_nothing() -> None:
    """Where a third of both have none they are left out, and so is a third of the open ones."""
    plain = np.mean([base(teachers(told(seed, undated=(0.0, 0.0)), SPEC)) for seed in range(8)])
    found = np.mean([base(teachers(told(seed, undated=(0.33, 0.33)), SPEC)) for seed in range(8)])
    assert found == pytest.approx(plain, rel=0.05)


def test_converted_leads_without_dates_are_refused_with_their_number() -> None:
    """Nobody knows whether the horizon held them; without them any chance would be too low."""
    world = told(1, undated=(0.0, 0.4))
    found = teachers(world, SPEC)
    old = world.until <= NOW - SPEC.horizon_days
    counts = f"{int((old & world.won).sum()):,} of {int((old & (world.outcome == 1)).sum()):,} converted leads"
    assert found.reason is not None
    assert found.reason.startswith(counts)
    assert not found.teaching.any()


@pytest.mark.parametrize(("later", "words"), [(True, "written after the as-of"), (False, "are as young as 28 days")])
def test_what_cannot_be_known_of_lost_leads_is_a_reason(later: bool, words: str) -> None:
    """Outcomes of a later export, or no young leads: how many were lost by the instant nobody knows."""
    world = told(2, later=later)
    if not later:
        young = world.created > NOW - 28
        world = Settled(world.outcome[~young], world.created[~young], world.until[~young], world.closed[~young])
    found = teachers(world, SPEC)
    assert found.reason is not None
    assert "lost leads have no date of closing" in found.reason
    assert words in found.reason


def test_at_the_instant_they_come_no_date_is_needed() -> None:
    """Looked at when they came nobody was lost yet: all lost leads teach, and none is drawn."""
    spec = LeadSpec(**WHEN, observed_days=0.0)
    world = told(3)
    world = Settled(world.outcome, world.created, world.created, world.closed)
    found = teachers(world, spec)
    assert found.lost_by_then is None
    assert np.array_equal(found.teaching, world.created <= NOW - spec.horizon_days)


def test_the_reason_of_teachers_is_that_of_the_model() -> None:
    """Whoever refuses to choose teachers says why there is no chance."""
    taught = Taught(np.zeros(9), np.arange(9.0), np.zeros(9, dtype=bool), SPEC, reason="9 of 9 lack dates")
    found = learn([Offer("size", Basis.DEMOGRAPHIC, "dated")], {"size": list(range(9))}, taught).found
    assert isinstance(found, NotEstimable)
    assert found.reason == "9 of 9 lack dates"


def test_the_chance_of_an_export_without_lost_dates(engine: Engine) -> None:
    """As published: of 12 % that convert while open the base rate says so, not the 30 % of those that bear dates."""
    random = np.random.default_rng(4)
    leads: list[dict[str, Any]] = []
    for place in range(4000):
        age, wins = float(random.uniform(0, 600)), bool(random.random() < 0.12)
        days = 15 + float(random.uniform(0, 60))
        settled = days < age and (wins or random.random() < 0.7)
        closed = AS_OF - timedelta(days=age - days) if settled and wins else None
        stage = ("won" if wins else "lost") if settled else "new"
        source = ("ad", "fair")[int(random.random() < (0.7 if wins else 0.4))]
        leads.append(lead(f"l{place:04}", age, stage=stage, closed_at=closed, lead_source=source))
    publish(engine, leads)
    refreshed(engine)
    figures = {row["figure"]: row for row in rows(engine, "lead_conversion")}
    assert figures["base rate"]["value"] == pytest.approx(0.12, abs=0.035)
    assert figures["lost without a date before they were looked at"]["value"] < 0.25
    assert any(row["chance"] is not None for row in rows(engine, "lead_standing"))
    finding = rows(engine, "lead_findings")[0]
    assert "a lost one did not convert within the horizon" in finding["decision"]


def test_what_a_lead_tells_of_its_organization_is_read(engine: Engine) -> None:
    """Without accounts industry, staff and country come from the file of leads; learned from, and routed by."""
    random = np.random.default_rng(6)
    leads = [
        lead(
            f"l{place:03}",
            float(random.uniform(0, 600)),
            given_industry=("retail", "steel")[place % 2],
            given_employees=str(10 * (1 + place % 7)),
            given_country=("France", "Japan", "Peru")[place % 3],
        )
        for place in range(300)
    ]
    publish(engine, leads)
    points = [{"points": 5, "when": {"column": "industry", "is": ["Retail"]}}]
    refreshed(engine, fit=points, routes=[{"to": "desk", "when": {"column": "employees", "at_least": 60}}])
    told = {row["feature"]: row for row in rows(engine, "lead_features")}
    assert all(told[name]["used"] and told[name]["known"] == "undated" for name in ("industry", "employees", "country"))
    assert {row["fit"] for row in rows(engine, "lead_standing")} == {5.0, 0.0}
    assert sum(row["route"] == "desk" for row in rows(engine, "lead_rulings")) == sum(
        place % 7 >= 5 for place in range(300)
    )
    assert rows(engine, "lead_findings") == []


def test_accounts_tell_before_the_lead_does(engine: Engine) -> None:
    """What the organization is, its account says; the lead fills in what no account tells."""
    known = [{"account_key": "account:a", "source": "crm", "name": "Acme", "industry": "medical", "employees": None}]
    leads = [lead(who, 30, company=company, given_industry="retail", given_employees=50.0)
             for who, company in (("in", "acme"), ("out", "Other"))]  # fmt: skip
    publish(engine, leads, accounts=known)
    refreshed(engine)
    found = {row["lead_key"]: (row["industry"], row["employees"]) for row in rows(engine, "lead_standing")}
    assert found == {"crm|in": ("medical", 50.0), "crm|out": ("retail", 50.0)}


def test_rules_on_columns_nobody_told_are_findings(engine: Engine) -> None:
    """A rule that can hold of nobody is named with its column, and how the column is really called."""
    publish(engine, [lead("a", 9, given_size="big"), lead("b", 9, given_size=None)])
    routes = [{"to": "x", "when": [{"column": "industry", "is": ["retail"]}, {"column": "size", "is": ["big"]}]}]
    refreshed(engine, routes=routes, fit=[{"when": {"column": "given_size", "is": ["big"]}}])
    told = {row["finding"]: (row["leads"], row["decision"]) for row in rows(engine, "lead_findings")}
    assert told == {
        "rules ask for industry, which nobody told": (2, "the condition holds of no lead"),
        "rules ask for size, which nobody told": (
            2, "the condition holds of no lead; the column is called given_size"
        ),
    }  # fmt: skip


def _by_lot(seed: int, organizations: int) -> list[dict[str, Any]]:
    """Cells of 3,000 leads whose organizations are of industries drawn by lot, and convert unlike one another."""
    random = np.random.default_rng(seed)
    whose, industry = random.integers(0, organizations, 3000), random.integers(0, 6, organizations)
    rates = 1 / (1 + np.exp(1.7 - random.normal(0, 1, organizations)))
    came = random.random(3000) < rates[whose]
    sizes, won = np.bincount(whose, minlength=organizations), np.bincount(whose, came, organizations)
    return [
        {"value": str(industry[place]), "industry": None, "organization": str(place)}
        | {"leads": int(sizes[place]), "converted": int(won[place])}
        for place in range(organizations)
    ]


def test_industries_of_few_organizations_are_not_called_ready() -> None:
    """Of 40 null worlds of 60 organizations none claims one; were all leads independent, more than half would."""
    claims = {True: 0, False: 0}
    for seed in range(40):
        cells = _by_lot(seed, 60)
        for apart in (True, False):
            told_ = [each | ({} if apart else {"organization": None}) for each in cells]
            claims[apart] += any(row["claimed"] for row in alignment_rows({"industry": told_}))
    assert claims[True] == 0
    assert claims[False] > 20


def test_leads_of_one_organization_prove_less() -> None:
    """The share is the same, its interval wider; organizations of one lead each change nothing but for their p."""
    cells = _by_lot(1, 60)
    plain, apart = (
        alignment_rows({"industry": [each | more for each in cells]}) for more in ({"organization": None}, {})
    )
    for one, other in zip(plain, apart, strict=True):
        assert one["share"] == pytest.approx(other["share"])
        assert one["high"] - one["low"] < other["high"] - other["low"]
        assert one["chance"] <= other["chance"]


def test_whose_leads_are() -> None:
    """An account before a name, a name whatever its case before the customer."""
    told_ = [("a", "Acme", "x"), (None, " ACME ", "y"), (None, " ", "z"), (None, None, "z")]
    schema = pa.schema([(name, pa.string()) for name in ("account_id", "company", "customer_id")])
    table = ibis.memtable(pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in told_], schema))
    found = ibis.duckdb.connect().to_pyarrow(table.select(whose=whose(table)))["whose"].to_pylist()
    assert found == ["a", "named acme", "z", "z"]

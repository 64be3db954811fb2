"""Strategies: every line rests on figures, and the rules say what a person would."""

from __future__ import annotations

from typing import Any

import pytest

from segmentry.strategy.facts import Facts, Figure
from segmentry.strategy.playbook import TIERS, headline, lines, objective_of, service_tier
from segmentry.terms.vocabulary import Objective


def facts(statuses: dict[str, int] | None = None, **told: Any) -> Facts:
    """Facts of a segment; a pair is the figure and the base's."""
    figures = {"customers": Figure("customers", 100, 1000), "value_per_member": Figure("value_per_member", 50.0)}
    for name, value in told.items():
        figure, base = value if isinstance(value, tuple) else (value, None)
        figures[name] = Figure(name, figure, base, "table", name)
    return Facts("s1", "Segment", figures, statuses or {"regular": 100})


def parts(found: Facts, part: str, objective: Objective = Objective.GROW) -> list[str]:
    return [line.text for line in lines(found, objective, "standard", "EUR") if line.part == part]


@pytest.mark.parametrize(
    ("found", "objective"),
    [
        (facts({"lapsed": 60, "regular": 40}, value_index=3.0), Objective.WIN_BACK),
        (facts({"lapsing": 30, "lapsed": 25, "regular": 45}), Objective.WIN_BACK),
        (facts(return_rate=(0.3, 0.1), value_index=2.0), Objective.IMPROVE_SERVICE),
        (facts(return_rate=(0.08, 0.02), value_index=2.0), Objective.RETAIN),
        (facts({"regular": 80, "first_time": 20}, value_index=1.6), Objective.RETAIN),
        (facts({"first_time": 80, "regular": 20}, value_index=1.6), Objective.GROW),
        (facts(value_index=0.7), Objective.GROW),
        (facts(), Objective.GROW),
    ],
)
def test_the_objective_follows_from_state_returns_and_value(found: Facts, objective: Objective) -> None:
    """Silence first, then returns, then worth; growth where nothing else is called for."""
    assert objective_of(found)[0] is objective


@pytest.mark.parametrize(
    ("index", "tier"), [(0.1, "self_service"), (0.4, "standard"), (0.99, "standard"), (1.0, "middle"), (2.0, "high")]
)
def test_service_tiers_follow_worth(index: float, tier: str) -> None:
    """Share of value over share of customers decides (customer pyramid)."""
    assert service_tier(index, None) == tier


def test_a_tier_is_left_only_by_passing_its_edge_clearly() -> None:
    """Noise within a tenth of the edge moves nobody; a clear step does, and so does a jump over a tier."""
    assert service_tier(2.1, "middle") == "middle"
    assert service_tier(1.9, "high") == "high"
    assert service_tier(2.3, "middle") == "high"
    assert service_tier(1.7, "high") == "middle"
    assert service_tier(0.39, "high") == "self_service"
    assert service_tier(None, "high") == "high"
    assert service_tier(None, None) == "standard"
    assert service_tier(1.05, "retired tier") == "middle"


def test_tiers_never_flutter_under_small_noise() -> None:
    """Around every edge, a hundred wobbles of 5 % change the tier once at most."""
    for edge in (0.4, 1.0, 2.0):
        tier, changes = service_tier(edge, None), 0
        for step in range(100):
            fresh = service_tier(edge * (1.05 if step % 2 else 0.95), tier)
            changes += fresh != tier
            tier = fresh
        assert changes <= 1
        assert tier in TIERS


def test_every_line_has_evidence_or_is_a_draft() -> None:
    """What no figure supports is marked as draft, and the only such line asks for the missing data."""
    found = facts(
        {"first_time": 30, "regular": 30, "lapsing": 20, "lapsed": 20},
        value_index=(0.5, 1.0), discount_share=(0.2, 0.1), weekend_share=(0.5, 0.2), gift_season_share=(0.4, 0.2),
        return_rate=(0.2, 0.1), p_alive=(0.3, 0.6), favorite_category="Toys", favorite_category_index=1.5,
        main_channel="web", main_channel_share=0.8, median_gap_days=30.0, cost_to_serve_ratio=(0.5, 0.2),
        guard_verdict="merge", guard_text="They are alike.", mean_basket_products=(9.0, 4.0), contact_cost=60.0,
    )  # fmt: skip
    told = lines(found, Objective.WIN_BACK, "standard", "EUR")
    drafts = [line for line in told if line.draft]
    assert [line.part for line in drafts] == ["value_proposition"]
    assert "ask them" in drafts[0].text
    assert all(figure.value is not None for line in told for figure in line.evidence)
    assert {"objective", "service_model", "product", "price", "place", "promotion", "not_to_do"} <= {
        line.part for line in told
    }


def test_discount_seekers_and_full_price_buyers_are_told_apart() -> None:
    """Bound discounts for those who answer to them, none for those who buy without, else silence."""
    assert "answer to discounts" in parts(facts(discount_share=(0.2, 0.1)), "price")[0]
    full = facts(discount_share=(0.01, 0.1))
    assert "full price" in parts(full, "price")[0]
    assert any("No blanket discounts" in text for text in parts(full, "not_to_do"))
    assert parts(facts(discount_share=(0.1, 0.1)), "price") == []
    assert parts(facts(discount_share=(0.0, 0.0)), "price") == []


def test_moves_go_to_each_status_that_counts() -> None:
    """A status of 5 % gets a move of its own kind, a smaller one none; counts are told."""
    found = facts({"first_time": 50, "regular": 46, "lapsed": 4})
    moves = [line for line in lines(found, Objective.GROW, "standard", "EUR") if line.part.startswith("move_")]
    assert [(line.part, line.user_status) for line in moves] == [
        ("move_increase", "first_time"),
        ("move_maintain", "regular"),
    ]
    assert "50 members, 50%" in moves[0].text


def test_what_not_to_do_speaks_of_cost_and_chance() -> None:
    """No steady mailing to the gone, no paid contact that costs more than a member brings, no untested campaign."""
    found = facts(
        {"lapsed": 90, "regular": 10}, p_alive=(0.1, 0.5), contact_cost=80.0, guard_verdict="unproven",
        guard_text="Its value must rise by 90.0%.",
    )  # fmt: skip
    told = " ".join(parts(found, "not_to_do", Objective.WIN_BACK))
    assert "10%" in told
    assert "stop paying" not in " ".join(line.text for line in lines(found, Objective.WIN_BACK, "standard", "EUR"))
    assert "50.00 EUR" in told
    assert "without a test: its value must rise" in told


def test_the_headline_is_one_sentence_with_size_and_worth() -> None:
    """Who, what and how much at a glance; without value the worth is left out, not invented."""
    assert headline(facts(), Objective.RETAIN, "EUR", 12) == (
        "Keep what works for these 100 members, each worth about 50 EUR over 12 months."
    )
    assert "worth" not in headline(facts(value_per_member=None), Objective.GROW, "EUR", 12)


def test_facts_that_are_not_known_never_fire_a_rule() -> None:
    """Unknown and zero bases compare as neither above nor below."""
    found = facts(return_rate=(None, 0.1), discount_share=(0.2, 0.0), weekend_share=(0.2, None))
    for name in ("return_rate", "discount_share", "weekend_share", "nothing"):
        assert not found.above(name, 1.0)
        assert not found.below(name, 1.0)
    assert found.get("nothing", 7.0) == 7.0
    assert facts({}).status_share("lapsed") == 0.0

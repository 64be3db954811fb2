"""What the owner of a simulated company would write into the settings of its workspace."""

from __future__ import annotations

from typing import Any

from segmentry.simulate.parts.choices import STUDY
from segmentry.simulate.parts.surveys import BENEFITS, ITEMS, KANO, NEEDS, SCALES, TURNED
from segmentry.simulate.parts.technology import DIFFUSING
from segmentry.simulate.spec import CompanySpec

WIDE = ("personality_survey", "kano_survey", "benefits_survey")
"""Files with a column for each question, of which must be said that they are surveys."""


def workspace_settings(spec: CompanySpec) -> dict[str, Any]:
    """Settings with which a workspace understands the company's files, as `Workspace.init` takes them.

    Args:
        spec: The company.

    Returns:
        ``modules`` (`module_settings`), ``sources`` (which files are surveys), time zone, currency and that all of it
        is simulated.
    """
    surveys = WIDE if "surveys" in spec.parts else ()
    return {
        "timezone": spec.timezone,
        "currency": spec.currency,
        "simulated": True,
        "modules": module_settings(spec),
        "sources": tuple(
            {"path": f"{stem}.{ending}", "table": "survey_responses"}
            for stem in surveys
            for ending in ("csv", "parquet")
        ),
    }


def module_settings(spec: CompanySpec) -> dict[str, dict[str, Any]]:
    """Sections of the settings by name, for the parts that the company has.

    They declare what no file tells by itself: which questions make a scale, which pairs a need, what counts as service
    in time, what a unit of currency is worth.

    Args:
        spec: The company.
    """
    found: dict[str, dict[str, Any]] = {}
    if "persons" in spec.parts:
        found["identity"] = {"method": "exact"}
    if "surveys" in spec.parts:
        found["surveys"] = _surveys()
        found["needs"] = _needs()
    if "choices" in spec.parts:
        found["needs"] = found.get("needs", {}) | {"choices": {"survey": STUDY, "price": "price"}}
    if "accounts" in spec.parts:
        found["kinds"] = {"waiting_target": 10.0, "handling_target": 12.0}
        found["firmographic"] = {"euros_per": {spec.currency: 1.15 if spec.currency == "GBP" else 1.0}}
    if "leads" in spec.parts:
        found["leads"] = _leads()
    if "technology" in spec.parts:
        found["technographic"] = {"adoption_of": next(iter(DIFFUSING))}
    return found


def _leads() -> dict[str, Any]:
    """What a lead tells, when it is fit for which stage, and who gets it."""
    qualified = [
        {"stage": "mql", "where": 'lead_fit_grade in ("A", "B") and lead_interest_grade <= 2'},
        {"stage": "sql", "where": 'lead_cell = "A1" and number of events in last 30 days >= 3'},
    ]
    routes = [
        {"to": "key accounts", "when": {"column": "given_company_size", "is": ["50-249", "250+"]}},
        {"to": "inside sales", "where": "lead_interest_grade <= 3"},
    ]
    told = ["lead_source", "title", "given_company_size"]
    return {"explicit": told, "qualified": qualified, "routes": routes}


def _surveys() -> dict[str, Any]:
    scales = {
        name: {
            "items": [f"{letter}{item}" for item in range(1, ITEMS + 1)],
            "reversed": [f"{letter}{item}" for item in TURNED],
            "survey": "personality_survey",
            "facet": "personality",
        }
        for name, (_, letter) in SCALES.items()
    }
    return {"scales": scales, "answers": {"favorite_hobby": {"question": "hobby", "survey": "personality_survey"}}}


def _needs() -> dict[str, Any]:
    needs = {
        name: {
            "importance": f"important_{name}",
            "satisfaction": f"satisfied_{name}",
            "kind": kind,
            "survey": "needs_survey",
        }
        for name, (_, _, kind, _) in NEEDS.items()
    }
    kano = {
        name: {"functional": f"{name}_with", "dysfunctional": f"{name}_without", "survey": "kano_survey"}
        for name in KANO
    }
    drivers = {
        "overall_satisfaction": {
            "outcome": "satisfied_overall",
            "drivers": [f"satisfied_{name}" for name in NEEDS],
            "kind": "satisfaction",
            "survey": "needs_survey",
        }
    }
    benefits = {"benefits_sought": {"questions": list(BENEFITS), "survey": "benefits_survey"}}
    return {"needs": needs, "kano": kano, "benefits": benefits, "drivers": drivers}

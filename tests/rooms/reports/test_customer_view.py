"""The one view as a page: every part of it, in the words of the locale, whatever texts the sources hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from segmentry.reports import render_customer

HOSTILE = "<script>alert('x')</script>{{ 7*7 }}"
VIEW: dict[str, Any] = {
    "customer_id": "account:Acme",
    "as_of": "2024-06-01T00:00:00Z",
    "parties": [{"party_key": "account:Acme", "source": HOSTILE, "known_since": None, "country": "Spain"}],
    "kinds": [{"kind": "end_user", "since": "2023-01-02T00:00:00Z", "until": None, "evidence": "usage"}],
    "roles": [
        {"party_key": "customer:ana", "role": None, "title": HOSTILE, "account_key": "account:Acme",
         "started_on": "2023-05-15", "ended_on": None}
    ],
    "account": {
        "parent": "account:Group", "group": "account:Group", "subsidiaries": ["account:Acme Sub"],
        "people": [{"customer_id": "customer:ana", "role": "decider", "since": None, "until": "2025-01-01"}],
        "coverage": [{"role": "user", "contacts": 0, "silent": None, "last_sign_at": None, "state": "unknown"}],
    },
    "value": {
        "measure": "clv", "estimate": 1234.6, "interval": {"not_estimable": "one customer has none"},
        "outcome": {"low": 0.0, "high": 4321.0, "level": 0.95, "kind": "prediction", "nothing": 0.25},
        "horizon_months": 12, "unit": "EUR", "p_alive": {"not_estimable": "no model"}, "revenue": 99.0,
        "cost_to_serve": 1.0, "contribution": None, "value_tier": "high",
    },
    "traits": [
        {"trait": "win_rate", "basis": "firmographic", "value": 0.25, "unit": "share", "origin": "computed",
         "source": "opportunities", "as_of": "2024-06-01T00:00:00Z", "renew_after_days": 30, "description": "x"},
        {"trait": "given_note", "basis": None, "value": HOSTILE, "unit": "", "origin": "given",
         "source": "customers", "as_of": "2023-06-01T00:00:00Z", "renew_after_days": 30, "description": "x"},
    ],
    "memberships": [
        {"segment_id": "big", "name": "Big", "of": "definition", "since": "2024-01-01T00:00:00Z", "because": "clock"}
    ],
    "consents": [
        {"purpose": "mail", "channel": None, "given": False, "recorded_at": "2024-01-01T00:00:00Z",
         "lawful_basis": None, "source": "crm"}
    ],
    "timeline": [{"at": "2024-05-01T00:00:00Z", "what": "feedback", "kind": "nps", "rating": 9.0, "text": HOSTILE}],
}  # fmt: skip


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def page(view: dict[str, Any] = VIEW, locale: str = "en_GB") -> _Texts:
    found = _Texts()
    found.feed(render_customer(view, locale, currency="EUR", simulated=True))
    return found


def test_every_part_of_the_view_is_on_the_page() -> None:
    """Who, worth, traits, segments, consents and what happened, with ages and refusals."""
    texts = page().texts
    told = " | ".join(texts)
    for each in ("Who it is", "What it is worth", "Firmographic (1)", "Where it belongs, and why", "What it agreed to"):
        assert each in told
    assert "€1,235" in told
    assert "25%" in told
    assert "366 days: renew" in told
    assert "0 days" in texts
    assert "no model" in texts
    assert {"account:Acme Sub", "nobody known", "decider"} <= set(texts)
    assert "One customer has none." in texts
    assert "€4,321 (95% interval); nothing with a chance of 25%." in told
    assert "Simulated data: nobody in this page is real." in texts


def test_days_are_those_of_the_zone() -> None:
    """A contract of 5 September and the kind that began at its midnight in Berlin show one day; so does the as-of."""
    begun = {"kind": "buyer", "since": "2024-09-04T22:00:00Z", "until": None, "evidence": "contract"}
    role = VIEW["roles"][0] | {"started_on": "2024-09-05"}
    view = VIEW | {"as_of": "2025-06-27T22:00:00Z", "kinds": [begun], "roles": [role]}
    html = render_customer(view, "en_GB", currency="EUR", simulated=False, timezone="Europe/Berlin")
    assert html.count("5 Sept 2024") == 2
    assert "4 Sept 2024" not in html
    assert "As of 28 Jun 2025, 00:00 (Europe/Berlin)." in html


def test_texts_of_sources_are_text() -> None:
    """Markup and template marks that came with the data are shown as they are, and run nothing."""
    found = page()
    assert found.scripts == 3
    assert found.texts.count(HOSTILE) == 3


def test_nothing_is_loaded_from_elsewhere() -> None:
    """The page names no address and asks for no file."""
    html = render_customer(VIEW, "en", currency=None, simulated=False)
    assert not re.search(r"(?:src|href)=\"(?!#)", html)
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "Simulated" not in html


@pytest.mark.parametrize("locale", ["de_DE", "fr_FR", "ja_JP"])
def test_numbers_and_days_follow_the_locale(locale: str) -> None:
    """The same figures, written as people there write them."""
    told = " | ".join(page(locale=locale).texts)
    assert told != " | ".join(page().texts)
    assert "1,235" in told or "1.235" in told or "1\u202f235" in told


def test_a_customer_of_whom_little_is_known_has_a_page() -> None:
    """Empty parts are left out; value that cannot be told says why."""
    bare = VIEW | {
        "kinds": [], "roles": [], "traits": [], "memberships": [], "consents": [], "timeline": [],
        "account": None,
        "value": {"not_estimable": "value needs orders"},
    }  # fmt: skip
    texts = page(bare).texts
    assert "value needs orders" in texts
    assert "What it agreed to" not in texts

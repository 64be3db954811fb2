"""The traits of kinds of customers, with unit, origin, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis

_TEXT, _INTEGER, _NUMBER, _DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL
_BOOLEAN, _DATE = ColumnType.BOOLEAN, ColumnType.DATE


def _contract(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="subscriptions")


def _users(name: str, kind: ColumnType, description: str, unit: str = "", source: str = "usage") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source=f"{source}, subscriptions, account_contacts")


def _internal(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="service_contacts, party_kinds")


def _given(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="contributions", renew_after_days=90)


def _brought(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="referrals", renew_after_days=90)


def _worth(name: str, description: str) -> Trait:
    return Trait(
        name, Basis.BEHAVIORAL, _NUMBER, description, "currency", source="customer_value, referrals, contributions"
    )


CONTRACT_TRAITS = (
    _contract("contracts", _INTEGER, "Contracts the customer has paid for.", "contracts"),
    _contract("running_contracts", _INTEGER, "Of them, those that run.", "contracts"),
    _contract("contract_since", _DATE, "First day of the first contract."),
    _contract("contract_days", _INTEGER, "Days since then.", "days"),
    _contract("contract_term_months", _INTEGER, "Longest term of a running contract.", "months"),
    _contract("contract_users", _INTEGER, "Other users that running contracts name.", "customers"),
    _contract("contract_yearly_amount", _NUMBER, "Price of the running contracts for a year.", "currency a year"),
    _contract("next_renewal_on", _DATE, "Day on which the next running contract ends or is renewed."),
    _contract("days_to_renewal", _INTEGER, "Days until then.", "days"),
)
"""Contracts of who pays."""

ROLE_TRAITS = (
    Trait("paid_for_others", Basis.BEHAVIORAL, _DECIMAL, "Orders, and terms of contracts, paid for others.", "currency",
          source="orders, subscriptions"),
    Trait("users_paid_for", Basis.BEHAVIORAL, _INTEGER, "Others who use what the customer pays for.", "customers",
          source="orders, subscriptions"),
    Trait("other_payers", Basis.BEHAVIORAL, _INTEGER, "Others who pay for what the customer uses.", "customers",
          source="orders, subscriptions"),
)  # fmt: skip
"""Who pays and who uses."""

SATISFACTION_TRAITS = (
    _users("users_satisfaction", _NUMBER, "Mean of the latest ratings of the users, 0 to 1.", "share", "feedback"),
    _users("users_rated", _INTEGER, "Persons who rated.", "persons", "feedback"),
    _users("satisfaction_of", _TEXT, "users, or contacts where no user has rated.", "", "feedback"),
)
"""What users say, at who pays."""

USAGE_TRAITS = (
    _users("usage_now", _NUMBER, "Usage of all users per metered period of late.", "as the meter says"),
    _users("usage_before", _NUMBER, "Usage of all users per metered period before that.", "as the meter says"),
    _users("usage_change", _NUMBER, "Usage of late against usage before, less one.", "share"),
)
"""What users use, at who pays."""

RISK_TRAITS = (
    _users("renewal_due", _BOOLEAN, "Whether a contract ends soon.", "", "usage, feedback"),
    _users("usage_falling", _BOOLEAN, "Whether usage falls; empty where that is not known.", "", "usage, feedback"),
    _users("satisfaction_low", _BOOLEAN, "Whether users are dissatisfied; empty if not known.", "", "usage, feedback"),
    _users(
        "renewal_risk", _TEXT, "not_due, unjudged, low, raised or high: a rule, no probability.", "", "usage, feedback"
    ),
    _users("renewal_risk_reasons", _TEXT, "The parts of the rule that hold, in words.", "", "usage, feedback"),
)
"""The risk at renewal with its parts."""

SERVICE_TRAITS = (
    _internal("internal_cases", _INTEGER, "Cases of the internal customer.", "contacts"),
    _internal("internal_mean_waiting", _NUMBER, "Mean waiting time.", "minutes"),
    _internal("internal_mean_handling", _NUMBER, "Mean handling time.", "minutes"),
    _internal("waiting_level", _NUMBER, "Share of cases whose waiting keeps the target.", "share"),
    _internal("handling_level", _NUMBER, "Share of cases whose handling keeps the target.", "share"),
)
"""Service levels of internal customers."""

INTERNAL_SATISFACTION_TRAITS = (_internal("internal_satisfaction", _NUMBER, "Latest rating, 0 to 1.", "share"),)
"""Satisfaction of internal customers."""

CONTRIBUTION_TRAITS = (
    _given("contributions_made", _INTEGER, "Contributions.", "contributions"),
    _given("contributions_accepted", _INTEGER, "Of them, those taken up.", "contributions"),
    _given("acceptance_share", _NUMBER, "Taken up as a share of those decided.", "share"),
    _given("contribution_users", _INTEGER, "Users that accepted contributions attracted.", "users"),
    _given("contribution_revenue", _DECIMAL, "Revenue that accepted contributions caused.", "currency"),
)
"""What contributors brought."""

REFERRAL_TRAITS = (
    _brought("referrals_made", _INTEGER, "Customers brought.", "customers"),
    _brought("referrals_incremental", _INTEGER, "Of them, those who would not have come otherwise.", "customers"),
    _brought("referred", _BOOLEAN, "Whether somebody brought the customer."),
)
"""Who brought whom."""

ENGAGEMENT_TRAITS = (
    _worth("own_value", "Value of own purchases ahead, less what is credited to who brought the customer."),
    _worth("referral_value", "Credited for customers brought, saved acquisition cost included."),
    _worth("knowledge_value", "Value of accepted contributions."),
    _worth("engagement_value", "The three together (Kumar et al. 2010)."),
)
"""What customers are worth in all."""

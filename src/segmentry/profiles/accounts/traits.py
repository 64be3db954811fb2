"""The traits of organizations and of their people, with unit, origin, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Specificity

_TEXT, _INTEGER, _NUMBER, _DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL
_BOOLEAN, _DATE = ColumnType.BOOLEAN, ColumnType.DATE


def _firm(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(
        name, Basis.FIRMOGRAPHIC, kind, description, unit, source="accounts", renew_after_days=365,
        specificity=Specificity.GENERAL,
    )  # fmt: skip


def _role(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(
        name, Basis.FIRMOGRAPHIC, kind, description, unit, source="account_contacts", renew_after_days=90,
        specificity=Specificity.GENERAL,
    )  # fmt: skip


def _sale(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source="opportunities")


def _people(name: str, kind: ColumnType, description: str, source: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source=f"{source}, account_contacts")


HIERARCHY_TRAITS = (
    _firm("group_accounts", _INTEGER, "Organizations of the group it belongs to, itself among them.", "organizations"),
    _firm("group_levels", _INTEGER, "Levels of its group.", "levels"),
    _firm("group_level", _INTEGER, "Levels it stands below the top of its group.", "levels"),
    _firm("group_top", _BOOLEAN, "Whether it stands at the top of its group, alone or not."),
    _firm("subsidiaries", _INTEGER, "Organizations right below it.", "organizations"),
    _firm("group_employees", _NUMBER, "Staff of the group; empty where a member's is.", "persons"),
    _firm("group_revenue", _DECIMAL, "Yearly revenue of the members, added up; empty where a member's is.", "currency"),
    _firm("group_balance_total", _DECIMAL, "Balance totals of the members; empty where a member's is.", "currency"),
)
"""Traits of the group an organization belongs to."""

COVERAGE_TRAITS = (
    _role("contacts_known", _INTEGER, "Persons known at the organization.", "persons"),
    _role("buying_roles_known", _INTEGER, "Of the seven roles of a buying center, those with a person.", "roles"),
    _role("buying_center_coverage", _NUMBER, "That as a share of the seven roles.", "share"),
    _role("missing_roles", _TEXT, "Roles in which nobody is known; empty when all seven are."),
    _role("decider_known", _BOOLEAN, "Whether who decides is known."),
    _role("silent_roles", _INTEGER, "Roles of whose persons all are silent.", "roles"),
    _role(
        "contacts_silent", _INTEGER, "Persons without an event, service contact, touch or order for long.", "persons"
    ),
    _role("account_silent", _BOOLEAN, "Whether all its persons are silent."),
    _role("days_since_contact_sign", _INTEGER, "Days since the latest sign of any of its persons.", "days"),
)
"""Traits of the buying center."""

CONTACT_TRAITS = (
    Trait(
        "title_level", Basis.DEMOGRAPHIC, _TEXT,
        "Level of the title: executive, vice_president, director, manager or staff.", source="account_contacts",
        renew_after_days=365, specificity=Specificity.GENERAL, data_class=DataClass.QUASI_IDENTIFIER,
    ),
    Trait(
        "title_function", Basis.DEMOGRAPHIC, _TEXT, "Function that the title names, such as finance; other if none.",
        source="account_contacts", renew_after_days=365, specificity=Specificity.GENERAL,
        data_class=DataClass.QUASI_IDENTIFIER,
    ),
    _role("buying_roles", _INTEGER, "Roles the person holds, over all organizations.", "roles"),
    _role("buying_role_names", _TEXT, "Those roles by name."),
    _role("organizations", _INTEGER, "Organizations at which the person has a role.", "organizations"),
    _role("contact_silent", _BOOLEAN, "Whether the person has given no sign for long."),
)  # fmt: skip
"""Traits of each contact."""

OPPORTUNITY_TRAITS = (
    _sale("opportunities", _INTEGER, "Chances of a sale known.", "opportunities"),
    _sale("open_opportunities", _INTEGER, "Of them, neither won nor lost.", "opportunities"),
    _sale("won_opportunities", _INTEGER, "Of them, won.", "opportunities"),
    _sale("lost_opportunities", _INTEGER, "Of them, lost.", "opportunities"),
    _sale("open_amount", _DECIMAL, "Amount of the open ones.", "currency"),
    _sale("won_amount", _DECIMAL, "Amount of those won.", "currency"),
    _sale("win_rate", _NUMBER, "Won as a share of won and lost.", "share"),
    _sale("win_rate_low", _NUMBER, "Lower end of Wilson's 95 % interval of that share.", "share"),
    _sale("win_rate_high", _NUMBER, "Upper end of Wilson's 95 % interval of that share.", "share"),
    _sale("buying_stage", _TEXT, "Furthest stage of the open opportunities."),
    _sale("buy_class", _TEXT, "new_task, modified_rebuy or straight_rebuy: as told, else from what was won before."),
    _sale("first_won_on", _DATE, "Day of the first sale won."),
    _sale("last_won_on", _DATE, "Day of the last sale won."),
    _sale("days_since_won", _INTEGER, "Days since the last sale won.", "days"),
    _sale("mean_days_to_close", _NUMBER, "Mean days from opening to settlement.", "days"),
    _sale("mean_days_between_wins", _NUMBER, "Mean days between days with a sale won.", "days"),
    _sale("mean_deal_amount", _NUMBER, "Mean amount of a sale won.", "currency"),
    _sale("products_won", _INTEGER, "Distinct products of sales won.", "products"),
    _sale("favorite_product", _TEXT, "Product won most often."),
    _sale("favorite_product_share", _NUMBER, "Its share of the sales won.", "share"),
)
"""Traits of chances of a sale."""

GROUP_SALE_TRAITS = (
    _sale("group_opportunities", _INTEGER, "Chances of a sale of the whole group.", "opportunities"),
    _sale("group_won_amount", _DECIMAL, "Amount of sales won of the whole group.", "currency"),
)
"""Chances of a sale over the group."""

GROUP_ORDER_TRAITS = (
    Trait("group_orders", Basis.BEHAVIORAL, _INTEGER, "Orders of the whole group, its people included.", "orders",
          source="orders, accounts"),
    Trait("group_spend", Basis.BEHAVIORAL, _DECIMAL, "Spend of the whole group, its people included.", "currency",
          source="orders, accounts"),
)  # fmt: skip
"""Orders over the group."""

PEOPLE_TRAITS = {
    "orders": (
        _people("contacts_orders", _INTEGER, "Orders placed by its people.", "orders", "orders"),
        _people("contacts_spend", _DECIMAL, "Spend of its people.", "orders", "currency"),
    ),
    "events": (_people("contacts_events", _INTEGER, "Events of its people.", "events", "events"),),
    "service_contacts": (
        _people("contacts_service", _INTEGER, "Contacts of its people with service.", "service_contacts", "contacts"),
        _people("contacts_mean_waiting", _NUMBER, "Mean time its people waited.", "service_contacts", "minutes"),
    ),
}
"""What its people did, by the table that tells it."""

RELATIONSHIP_TRAITS = (
    Trait("relationship_since", Basis.BEHAVIORAL, _DATE, "Day of the first order, sale won or contract.",
          source="orders, opportunities, subscriptions"),
    Trait("relationship_days", Basis.BEHAVIORAL, _INTEGER, "Days since then.", "days",
          source="orders, opportunities, subscriptions"),
)  # fmt: skip
"""Length of the relationship."""


def rolled_up(trait: Trait) -> Trait:
    """The trait of an organization that a trait of its contacts becomes."""
    text = trait.type is ColumnType.TEXT
    how = "Most frequent value" if text else "Mean"
    return Trait(
        f"contacts_{trait.name}", trait.basis, _TEXT if text else _NUMBER,
        f"{how} among its people: {trait.description}", trait.unit, source=f"{trait.source}, account_contacts",
        renew_after_days=trait.renew_after_days, observability=trait.observability, specificity=trait.specificity,
        data_class=trait.data_class,
    )  # fmt: skip

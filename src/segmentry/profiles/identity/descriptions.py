"""What is told of a party, in one row and one spelling, so that spellings of sources do not keep it apart."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from segmentry.profiles.picking import first_rows
from segmentry.terms.vocabulary import Kind

DESCRIBED = ("first_name", "surname", "birth", "street", "city", "postcode", "region")
"""What linkage compares."""

_ACCENTS = "àáâãäåāăąçćčďèéêëēęěìíîïīłñńňòóôõöøőřśšşťùúûüůűýÿžźż"
_PLAIN = "aaaaaaaaacccdeeeeeeeiiiiilnnnooooooorssstuuuuuuyyzzz"
_SILENT, _GAPS = "['’`´.]", '[-_,;:/()"]'
_NOTHING = (
    "unknown",
    "na",
    "n a",
    "none",
    "null",
    "nil",
    "test",
    "not known",
    "not given",
    "anonymous",
    "x",
    "xx",
    "xxx",
)
_STANDING_IN = ("19000101", "19700101", "11111111", "99991231")
"""Days that forms fill in for those who tell none."""

_POST = "post"
_ADDRESSED = ("street", "city", "postcode", "region")


def is_organization(customers: ir.Table) -> ir.BooleanValue:
    """Whether a party is an organization; organizations and persons are never one customer."""
    return customers.kind == Kind.ORGANIZATION.value


def descriptions(customers: ir.Table, addresses: ir.Table | None, roles: Mapping[str, str]) -> ir.Table:
    """One row per party: ``party_key``, ``organization``, ``known_since`` and the columns of `DESCRIBED`, all text.

    What customers' own columns leave open is filled from the party's newest postal address.

    Args:
        customers: The canonical table, with given columns.
        addresses: The canonical table, if there is one.
        roles: Columns of customers by role.
    """
    told = customers.select(
        "party_key",
        "known_since",
        organization=is_organization(customers),
        birth=_birth(customers, roles.get("birth")),
        street=_street(customers, roles),
        postcode=_joined(_text(customers, roles.get("postcode"))),
        city=word(_text(customers, roles.get("city"))),
        region=word(_text(customers, roles.get("region"))),
        **_names(customers, roles),
    )
    return told if addresses is None else _filled(told, _newest_address(addresses))


def word(text: ir.StringValue) -> ir.StringValue:
    """``text`` in small letters without accents, apostrophes and dots, other marks as blanks; null if that is nothing.

    Letters of other scripts stay as they are.
    """
    bare = text.lower().translate(_ACCENTS, _PLAIN).replace("ß", "ss").replace("æ", "ae").replace("œ", "oe")
    bare = bare.re_replace(_SILENT, "").re_replace(_GAPS, " ").re_replace("[ ]+", " ").strip()
    return (bare.isin(_NOTHING) | (bare == "")).ifelse(ibis.null("string"), bare)


def _joined(text: ir.StringValue) -> ir.StringValue:
    return word(text).replace(" ", "")


def _text(customers: ir.Table, column: str | None) -> ir.StringValue:
    return ibis.null("string") if column is None else customers[column].cast("string")


def _names(customers: ir.Table, roles: Mapping[str, str]) -> dict[str, ir.StringValue]:
    """First name and surname; out of the full name where they are not told: "Smith, Ann" or first and last word."""
    first, last = (word(_text(customers, roles.get(role))) for role in ("first_name", "surname"))
    if "full_name" not in roles:
        return {"first_name": first, "surname": last}
    raw = _text(customers, roles["full_name"])
    turned = raw.contains(",")
    ahead, behind = word(raw.re_extract("^([^,]*),", 1)), word(raw.re_extract(",(.*)$", 1))
    whole = word(raw)
    several = whole.contains(" ")
    first_word = turned.ifelse(behind, several.ifelse(whole.re_extract("^([^ ]+)", 1), ibis.null("string")))
    last_word = turned.ifelse(ahead, several.ifelse(whole.re_extract("([^ ]+)$", 1), whole))
    return {"first_name": first.coalesce(first_word), "surname": last.coalesce(last_word)}


def _birth(customers: ir.Table, column: str | None) -> ir.StringValue:
    """Day of birth as eight digits, year first; null for anything else, such as a year alone."""
    if column is None:
        return ibis.null("string")
    value = customers[column]
    days = value.type().is_date() or value.type().is_timestamp()
    text = value.strftime("%Y%m%d") if days else value.cast("string").strip()
    year_last = text.re_search("^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}$")
    turned = text.re_extract("([0-9]{4})$", 1) + _two(text, "^([0-9]{1,2})") + _two(text, "[./-]([0-9]{1,2})[./-]")
    digits = text.re_extract("^([0-9]{4}-?[0-9]{2}-?[0-9]{2})", 1).replace("-", "")
    found = year_last.ifelse(turned, digits)
    return ((found.length() == 8) & found.notin(_STANDING_IN)).ifelse(found, ibis.null("string"))


def _two(text: ir.StringValue, pattern: str) -> ir.StringValue:
    return text.re_extract(pattern, 1).lpad(2, "0")


def _street(customers: ir.Table, roles: Mapping[str, str]) -> ir.StringValue:
    street = word(_text(customers, roles.get("street")))
    if "street_number" not in roles:
        return street
    number = word(_text(customers, roles["street_number"]))
    return number.isnull().ifelse(street, number + " " + street)


def _newest_address(addresses: ir.Table) -> ir.Table:
    """The postal address told last of each party; of several told together the first in the alphabet."""
    postal = addresses.filter(addresses.channel.lower() == _POST)
    known = ibis.ifelse(postal.recorded_at.isnull(), 0, 1)
    newest_first = [known.desc(), postal.recorded_at.desc()]
    ties = [postal[name].fill_null("") for name in (*_ADDRESSED, "address")]
    newest = first_rows(postal, "party_key", [*newest_first, *ties])
    return newest.select(
        "party_key",
        told_street=word(newest.street),
        told_city=word(newest.city),
        told_postcode=_joined(newest.postcode),
        told_region=word(newest.region),
    )


def _filled(told: ir.Table, newest: ir.Table) -> ir.Table:
    joined = told.left_join(newest, "party_key")
    return joined.select(
        *(told[name] for name in told.columns if name not in _ADDRESSED),
        **{name: joined[name].coalesce(joined[f"told_{name}"]) for name in _ADDRESSED},
    )

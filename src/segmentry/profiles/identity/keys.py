"""Exact keys: identifiers in one spelling, and the parties that share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.identity.clusters import Link
from segmentry.profiles.identity.descriptions import is_organization
from segmentry.profiles.identity.roles import KEYS, WEAK_KEYS, roles_of

_CHANNELS = {"email": "email", "sms": "phone", "phone": "phone"}
"""Channels whose address is a key, with the kind of key."""

# fmt: off
_SHARED_BOXES = (
    "info", "admin", "office", "sales", "support", "contact", "hello", "help", "service", "kontakt", "mail", "team",
    "marketing", "billing", "accounts", "accounting", "orders", "order", "webmaster", "postmaster", "noreply",
    "no-reply", "donotreply", "enquiries", "inquiries", "reception", "root", "test",
)
# fmt: on
"""Mailboxes that belong to nobody in particular."""

_DOTLESS = ("gmail.com", "googlemail.com")
OF_ORGANIZATIONS = ("tax_id", "domain")
"""Keys that may stand in a column of accounts."""
# fmt: off
_EVERYBODYS = (
    "gmail", "googlemail", "yahoo", "ymail", "rocketmail", "hotmail", "outlook", "live", "msn", "icloud", "me", "mac",
    "aol", "gmx", "web", "t-online", "freenet", "mail", "yandex", "qq", "163", "126", "proton", "protonmail", "pm",
    "orange", "free", "wanadoo", "laposte", "sfr", "libero", "virgilio", "tiscali", "comcast", "verizon", "att",
    "btinternet", "naver", "daum", "zoho", "fastmail", "tutanota", "bluewin", "linkedin", "facebook", "instagram",
    "twitter", "x", "youtube", "google", "wikipedia", "wordpress", "blogspot", "wixsite", "myshopify", "etsy",
)
# fmt: on
_ENDS = """com net org me email de at ch fr it es nl be pl ru cn jp kr br in mx co.uk co.jp co.kr co.in com.br com.mx
    com.au"""
_GENERIC = rf"(^|[.])({'|'.join(_EVERYBODYS)})[.]({'|'.join(_ENDS.split()).replace('.', '[.]')})$"
"""Domains where anybody may have a mailbox or a page."""
_LEAST_PHONE, _LONGEST_PHONE, _LEAST_OTHER = 7, 9, 4
_NOTHING = ("NONE", "NULL", "UNKNOWN", "TEST", "0000", "NOTGIVEN", "ANONYMOUS")


def told_keys(
    customers: ir.Table,
    roles: Mapping[str, str],
    identifiers: ir.Table | None = None,
    addresses: ir.Table | None = None,
    wanted: Iterable[str] | None = None,
    accounts: ir.Table | None = None,
) -> ir.Table | None:
    """One row per party and key, in one spelling: ``party_key``, ``type``, ``value``; None where no source tells any.

    Args:
        customers: The canonical table, with given columns.
        roles: Columns of customers by role.
        identifiers: The canonical table, if there is one.
        addresses: The canonical table, if there is one.
        wanted: Kinds of identifiers that are keys; None for all but the weak ones.
        accounts: The canonical table, if there is one; what numbers organizations, and their web domain.
    """
    told = [
        _told(customers, ibis.literal(role), customers[roles[role]].cast("string")) for role in KEYS if role in roles
    ]
    if accounts is not None:
        named = roles_of(accounts.columns, ())
        firms = accounts.mutate(party_key=accounts.account_key)
        told += [
            _told(firms, ibis.literal(role), firms[named[role]].cast("string"))
            for role in OF_ORGANIZATIONS
            if role in named
        ]
    if identifiers is not None:
        kind = identifiers.type.lower().strip()
        told.append(_told(identifiers, _same_kind(kind), identifiers.value))
    if addresses is not None:
        kind = ibis.cases(
            *((addresses.channel.lower() == channel, ibis.literal(kind)) for channel, kind in _CHANNELS.items()),
            else_=ibis.null("string"),
        )
        told.append(_told(addresses, kind, addresses.address))
    if not told:
        return None
    rows = ibis.union(*told) if len(told) > 1 else told[0]
    rows = rows.filter(rows.type.isin(list(wanted)) if wanted is not None else rows.type.notin(WEAK_KEYS))
    return rows.distinct()


def _told(table: ir.Table, kind: ir.StringValue, value: ir.StringValue) -> ir.Table:
    """The keys of one table, spelled where they are told: what is of one kind needs no spelling of the others."""
    keys = table.filter(value.notnull()).select("party_key", type=kind, value=spelled(kind, value))
    return keys.filter(keys.value.notnull())


def _same_kind(kind: ir.StringValue) -> ir.StringValue:
    """Kinds of identifiers under one name, however the source calls them."""
    names = [(kind.isin(usual.split()), ibis.literal(role)) for role, usual in KEYS.items()]
    return ibis.cases(*names, else_=kind)


def spelled(kind: ir.StringValue, value: ir.StringValue) -> ir.StringValue:
    """The identifier as it is compared; null where it can be nobody's.

    E-mail: small letters, what follows a plus left out, dots left out where the provider does, no shared mailboxes.
    Telephone: the last nine digits of at least seven. Web domain: what follows protocol, www and mailbox, unless many
    have an address there. Others: letters and digits, at least four, not all alike.

    Args:
        kind: Kind of identifier.
        value: As the source writes it.
    """
    return ibis.cases(
        (kind == "email", _email(value)),
        (kind == "phone", _phone(value)),
        (kind == "domain", domain_of(value)),
        else_=_other(value),
    )


def _email(value: ir.StringValue) -> ir.StringValue:
    text = value.lower().strip().re_replace("^mailto:", "")
    box = text.re_extract("^([^@]+)@", 1).re_replace("[+].*$", "")
    domain = text.re_extract("@([^@]+)$", 1)
    dotless = domain.isin(_DOTLESS)
    box = dotless.ifelse(box.replace(".", ""), box)
    domain = dotless.ifelse(ibis.literal(_DOTLESS[0]), domain)
    valid = text.re_search("^[^@ ]+@[^@ ]+[.][^@ ]+$") & box.notin(_SHARED_BOXES) & (box != "")
    return valid.ifelse(box + "@" + domain, ibis.null("string"))


def domain_of(value: ir.StringValue) -> ir.StringValue:
    """The web domain in an address of the web or a mailbox; null where it is nobody's own.

    Args:
        value: As the source writes it.
    """
    text = value.lower().strip().re_replace("^mailto:|^[a-z]+://", "").re_replace("^[^@/]*@", "")
    text = text.re_replace("^www[0-9]?[.]", "").re_extract("^([^/?#: ]+)", 1).re_replace("[.]$", "")
    ours = text.re_search("^[a-z0-9.-]+[.][a-z]{2,}$") & ~text.re_search(_GENERIC)
    return ours.ifelse(text, ibis.null("string"))


def _phone(value: ir.StringValue) -> ir.StringValue:
    digits = value.re_replace("[^0-9]", "")
    valid = (digits.length() >= _LEAST_PHONE) & ~_all_alike(digits)
    return valid.ifelse(digits.right(_LONGEST_PHONE), ibis.null("string"))


def _other(value: ir.StringValue) -> ir.StringValue:
    text = value.upper().re_replace("[^A-Z0-9]", "")
    valid = (text.length() >= _LEAST_OTHER) & ~_all_alike(text) & text.notin(_NOTHING)
    return valid.ifelse(text, ibis.null("string"))


def _all_alike(text: ir.StringValue) -> ir.BooleanValue:
    return text.replace(text.substr(0, 1), "") == ""


def shared_keys(keys: ir.Table, customers: ir.Table, most_parties: int) -> ir.Table:
    """Who shares a key with others of its nature: one row per party and key.

    Columns: ``party_key``, ``type``, ``value``, ``organization`` and ``parties``, the number who share the key. Of keys
    of more than ``most_parties`` only one row is there, to be counted.

    Args:
        keys: One row per party and key.
        customers: The canonical table.
        most_parties: An identifier of more parties is no key.
    """
    natures = customers.select("party_key", organization=is_organization(customers))
    known = keys.inner_join(natures, "party_key").select(*keys.columns, "organization")
    alike = ["type", "value", "organization"]
    groups = known.group_by(alike).aggregate(parties=known.party_key.count(), first=known.party_key.min())
    members = known.inner_join(groups.filter(groups.parties > 1), alike)
    shared = members.filter((members.parties <= most_parties) | (members.party_key == members.first))
    return shared.select("party_key", *alike, "parties")


def key_links(rows: Iterable[Mapping[str, Any]], most_parties: int) -> tuple[list[Link], int]:
    """A link for each pair of parties that share a key, and how many keys were shared by too many.

    Args:
        rows: Rows of `shared_keys`.
        most_parties: An identifier of more parties is no key.
    """
    groups: dict[tuple[str, str, bool], list[str]] = {}
    too_many = 0
    for row in rows:
        if row["parties"] > most_parties:
            too_many += 1
        else:
            groups.setdefault((row["type"], row["value"], row["organization"]), []).append(row["party_key"])
    pairs = {(kind, pair) for (kind, _, _), parties in groups.items() for pair in combinations(sorted(parties), 2)}
    return [Link(*pair, 1.0, f"same {kind.replace('_', ' ')}", "key") for kind, pair in sorted(pairs)], too_many

"""Which columns of customers tell what a person is called, where it lives, and by which keys it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segmentry.terms.errors import Problem, SettingsError, near_miss

FIELDS = {
    "first_name": "first_name given_name firstname givenname forename",
    "surname": "surname last_name lastname family_name familyname",
    "full_name": "full_name name customer_name contact_name person_name fullname",
    "birth": "birth date_of_birth birth_date birthdate dob birthday born born_on",
    "street": "street address_1 street_address address address_line_1 address1 street_name",
    "street_number": "street_number house_number housenumber",
    "city": "city town suburb place locality",
    "postcode": "postcode postal_code zip zip_code zipcode post_code plz",
    "region": "region state province county",
}
"""What describes a person, with the usual names of its column, the best first."""

KEYS = {
    "email": "email e_mail mail email_address emailaddress",
    "phone": "phone telephone mobile phone_number mobile_number cell cellphone mobile_phone",
    "card": "card card_number loyalty_card loyalty_number loyalty_id member_number membership_number",
    "national_id": "national_id soc_sec_id ssn social_security_number national_insurance_number passport_number",
    "tax_id": """tax_id tax_number vat_number vat_id vat duns duns_number registration_number company_number
        register_number company_registration_number lei ein""",
    "domain": "domain web_domain domain_name website web_site website_url homepage",
}
"""Keys that may stand in a column of customers, with its usual names."""

WEAK_KEYS = ("cookie", "device", "domain", "ip", "ip_address")
"""Identifiers that several people often share; keys only where the settings say so."""

BLOCKING = (
    "birth",
    "first_name+surname",
    "surname+postcode",
    "first_name+postcode",
    "street",
    "surname+city",
    "first_name+city",
)
"""What candidates for linkage share: one of these is usually without an error in both records of a person."""

_GIVEN = "given_"


def roles_of(
    columns: Iterable[str], told: Iterable[tuple[str, str]], where: str = "[identity] columns"
) -> dict[str, str]:
    """Columns of ``customers`` by their role: what was told first, then usual names.

    Args:
        columns: Names of the table's columns.
        told: (role, column) as the settings say; the column with or without its prefix ``given_``.
        where: Where the settings stand, for messages.

    Raises:
        SettingsError: columns that do not exist; every one at once.
    """
    present = list(columns)
    found: dict[str, str] = {}
    problems = []
    for role, name in told:
        column = next((each for each in (name, _GIVEN + name) if each in present), None)
        if column is None:
            hint = near_miss(name, present) or f"Columns are {', '.join(present)}."
            problems.append(Problem("COLUMN_UNKNOWN", f"No column tells {role}", where, name, hint))
        else:
            found[role] = column
    if problems:
        raise SettingsError(problems)
    return found | _usual(present, {*FIELDS, *KEYS} - found.keys(), set(found.values()))


def _usual(present: list[str], wanted: set[str], taken: set[str]) -> dict[str, str]:
    """Roles of columns by their usual names, each column once."""
    names: Mapping[str, str] = FIELDS | KEYS
    bare = {each.removeprefix(_GIVEN): each for each in present if each.startswith(_GIVEN) and each not in taken}
    found: dict[str, str] = {}
    for role in (each for each in names if each in wanted):
        word = next((word for word in names[role].split() if word in bare), None)
        if word is not None:
            found[role] = bare.pop(word)
    return found

"""What simulated people are called, where they live in a town, and how a hurried hand writes it down."""

from __future__ import annotations

_FIRST_NAMES = (
    "Alice Amelia Anna Beatrice Carla Clara Daisy Diana Edith Elena Emma Eva Fiona Freya Grace Hannah Helen Ida Irene "
    "Isabel Jane Julia Karen Laura Lena Lucy Maria Martha Mia Nina Nora Olivia Paula Rosa Ruth Sarah Sofia Tessa Vera "
    "Wendy Adam Albert Alex Andrew Ben Bruno Carl Colin Daniel David Edward Eric Felix Frank George Harry Henry Hugo "
    "Ivan Jack James Jonas Karl Leo Liam Louis Mark Martin Max Noah Oliver Oscar Paul Peter Ralph Robert Simon Thomas "
    "Victor"
)
FIRST_NAMES = tuple(_FIRST_NAMES.split())
"""First names, the first forty female."""

WOMEN = 40

_SURNAMES = (
    "Abbott Adler Archer Baker Barnes Becker Bennett Berger Bishop Blake Brandt Brooks Carter Chapman Clarke Collins "
    "Cooper Curtis Dawson Dixon Dubois Dupont Ellis Evans Farmer Fischer Fletcher Foster Fox Garcia Gibson Graham "
    "Green Griffin Hansen Harper Hartmann Hayes Hoffman Holmes Hudson Hughes Hunter Jensen Jordan Keller Kelly King "
    "Knight Kramer Lambert Lang Larsen Lawson Lehmann Lewis Lopez Marsh Martin Mason Meyer Miller Mills Moore Morgan "
    "Moser Murphy Murray Neumann Newton Nolan Novak Olsen Osborne Palmer Parker Pearson Perez Peters Phillips Porter "
    "Potter Powell Price Quinn Reed Reyes Richter Roberts Rogers Romero Russell Sanders Schmidt Schneider Scott Shaw "
    "Simpson Sommer Spencer Stein Stone Taylor Thompson Turner Vogel Wagner Walker Walsh Warren Watson Weber Webster "
    "Wells West Winter Wolf Wood Wright Young Ziegler"
)
SURNAMES = tuple(_SURNAMES.split())

_STREETS = (
    "Abbey Road,Beech Lane,Bridge Street,Canal Street,Castle Road,Cedar Close,Chapel Lane,Church Street,Clifton Road,"
    "Elm Grove,Forest Road,Garden Street,Grange Lane,Harbor Street,High Street,Hill Rise,King Street,Lake View,"
    "Linden Avenue,Manor Road,Market Square,Meadow Lane,Mill Lane,Oak Avenue,Orchard Way,Park Road,Queen Street,"
    "River Walk,School Lane,Spring Gardens,Station Road,Sunny Bank,Tower Hill,Valley Road,Victoria Street,West Street"
)
STREETS = tuple(_STREETS.split(","))

MAILBOXES = ("example.org", "example.com", "example.net")
"""Domains that nobody owns (RFC 2606)."""

LANGUAGES = {
    "United Kingdom": ("en", "pl"),
    "Ireland": ("en", "pl"),
    "Germany": ("de", "en"),
    "France": ("fr", "en"),
    "Netherlands": ("nl", "en"),
    "Spain": ("es", "en"),
    "Belgium": ("nl", "fr"),
}
"""The usual language of each country, and the next one."""

SPOKEN = ("en", "de", "fr", "es", "nl", "pl")

SLIPS = (("ie", "ei"), ("er", "re"), ("nn", "n"), ("ll", "l"), ("tt", "t"), ("o", "p"), ("a", "s"), ("n", "m"))
"""Letters and what a hurried hand makes of the first of them in a word."""


def misspelt(name: str, kind: int) -> str:
    """The name with one slip of the pen: a usual one of `SLIPS` from number ``kind`` on, else the last letter twice."""
    for place in range(len(SLIPS)):
        right, wrong = SLIPS[(kind + place) % len(SLIPS)]
        if right in name[1:]:
            return name[0] + name[1:].replace(right, wrong, 1)
    return name + name[-1]

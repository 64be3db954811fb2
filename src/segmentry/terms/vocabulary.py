"""The shared words as closed vocabularies; the same word in code, command line, API, web and documents."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """One of the seven bases of segmentation."""

    DEMOGRAPHIC = "demographic"
    GEOGRAPHIC = "geographic"
    PSYCHOGRAPHIC = "psychographic"
    BEHAVIORAL = "behavioral"
    NEEDS = "needs"
    FIRMOGRAPHIC = "firmographic"
    TECHNOGRAPHIC = "technographic"


class Kind(StrEnum):
    """What a party is to the business; a party may be several at once."""

    BUYER = "buyer"
    END_USER = "end_user"
    ORGANIZATION = "organization"
    CONTACT = "contact"
    PROSPECT = "prospect"
    INTERNAL = "internal"
    CONTRIBUTOR = "contributor"


class DataClass(StrEnum):
    """How a column must be protected (GDPR Art. 4 and 9; quasi-identifiers after Sweeney 2002)."""

    PLAIN = "plain"
    PERSONAL = "personal"
    SPECIAL = "special"
    QUASI_IDENTIFIER = "quasi_identifier"


class TraitOrigin(StrEnum):
    """Whether a trait was told to us, added up from facts, or comes out of a model."""

    GIVEN = "given"
    COMPUTED = "computed"
    PREDICTED = "predicted"


class Observability(StrEnum):
    """Can it be seen from outside, or only asked or inferred (Wedel & Kamakura 2000)."""

    OBSERVABLE = "observable"
    UNOBSERVABLE = "unobservable"


class Specificity(StrEnum):
    """Is it about the person in general or about the product (Wedel & Kamakura 2000)."""

    GENERAL = "general"
    PRODUCT_SPECIFIC = "product_specific"


class UserStatus(StrEnum):
    """Where a customer stands with the business."""

    NON_USER = "non_user"
    POTENTIAL = "potential"
    FIRST_TIME = "first_time"
    REGULAR = "regular"
    LAPSING = "lapsing"
    LAPSED = "lapsed"
    REACTIVATED = "reactivated"


class UsageRate(StrEnum):
    """Light, medium or heavy: terciles of the rate among users, ties together (Twedt 1964)."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


class Objective(StrEnum):
    """What a study is for."""

    ACQUIRE = "acquire"
    RETAIN = "retain"
    GROW = "grow"
    WIN_BACK = "win_back"
    DEVELOP_PRODUCT = "develop_product"
    IMPROVE_SERVICE = "improve_service"


class StructureVerdict(StrEnum):
    """What a found segmentation rests on (Dolnicar, Grün & Leisch 2018, chapter 7)."""

    NATURAL = "natural"
    REPRODUCIBLE = "reproducible"
    CONSTRUCTIVE = "constructive"


class LineKind(StrEnum):
    """What a line of an order is."""

    SALE = "sale"
    RETURN = "return"

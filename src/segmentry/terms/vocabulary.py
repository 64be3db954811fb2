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


class Gender(StrEnum):
    """Gender as it was told."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class MaritalStatus(StrEnum):
    """Marital status as it was told."""

    SINGLE = "single"
    MARRIED = "married"
    PARTNERED = "partnered"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class SchoolLevel(StrEnum):
    """Level of education: ISCED 2011 levels 0 to 1, 2 to 4, and 5 to 8."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


class Generation(StrEnum):
    """Generation by year of birth (Dimock 2019, Pew Research Center)."""

    GREATEST = "greatest"
    SILENT = "silent"
    BOOMER = "boomer"
    GENERATION_X = "generation_x"
    MILLENNIAL = "millennial"
    GENERATION_Z = "generation_z"
    GENERATION_ALPHA = "generation_alpha"


class LifeCycle(StrEnum):
    """Stage of the family life cycle (Wells & Gubar 1966; single parents after Gilly & Enis 1982)."""

    BACHELOR = "bachelor"
    NEWLY_MARRIED = "newly_married"
    FULL_NEST_1 = "full_nest_1"
    FULL_NEST_2 = "full_nest_2"
    FULL_NEST_3 = "full_nest_3"
    SINGLE_PARENT = "single_parent"
    EMPTY_NEST_1 = "empty_nest_1"
    EMPTY_NEST_2 = "empty_nest_2"
    SOLITARY_SURVIVOR_1 = "solitary_survivor_1"
    SOLITARY_SURVIVOR_2 = "solitary_survivor_2"


class LineKind(StrEnum):
    """What a line of an order is."""

    SALE = "sale"
    RETURN = "return"

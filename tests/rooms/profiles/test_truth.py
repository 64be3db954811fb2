"""What is planted in a simulated company comes back from its files through every module of profiles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentry.science.diffusion import ADOPTERS
from segmentry.simulate import PARTS, CompanySpec
from segmentry.simulate.parts.accounts import ROLES
from segmentry.simulate.parts.surveys import SCALES
from tests.rooms.simulate.companies import Known, loaded, publish_profiles

pytestmark = pytest.mark.prove

LOCAL = {"Cologne": "Köln"}
"""Cities that reference data call as their people do."""
SPEC = CompanySpec(customers=700, seed=29, days=500, holdout_days=0, parts=PARTS)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """Seven hundred customers with every kind of data, loaded and profiled."""
    with loaded(SPEC, tmp_path_factory.mktemp("truth")) as found:
        publish_profiles(found)
        yield found


def agreeing(pairs: list[tuple[Any, Any]]) -> float:
    """Share of pairs that are equal."""
    return mean(one == other for one, other in pairs)


def test_every_file_is_recognized(known: Known) -> None:
    """Each file fills the table it was written for, all of its rows are used, and only planted dirt is put aside."""
    wanted = {sheet.stem: sheet.table for sheet in known.company.sheets}
    assert {stem: known.loads[stem]["table"] for stem in wanted} == wanted
    assert set(known.loads) == set(known.exported.files)
    for stem, load in known.loads.items():
        assert load["rows_read"] == known.exported.rows[stem]
        if stem != "orders":
            assert (load["rows_used"], load["quarantined"]) == (load["rows_read"], {}), stem
    dirt = known.exported.dirt
    aside = known.loads["orders"]["quarantined"]
    assert aside == {"date not readable": dirt.impossible_dates, "no price": dirt.blank_prices}


def test_every_module_has_data_for_its_traits(known: Known) -> None:
    """Nearly every trait of the catalog is known of somebody: nothing is published in vain."""
    unknown, counted = [], 0
    for table, names in _traits_by_table(known).items():
        rows = known.rows(table)
        for name in names:
            counted += 1
            if not any(row[name] is not None for row in rows):
                unknown.append(f"{table}.{name}")
    assert counted > 150
    assert len(unknown) <= 0.04 * counted, unknown


def _traits_by_table(known: Known) -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in known.rows("trait_catalog"):
        found[row["table_name"]].append(row["trait"])
    return found


def test_scale_scores_follow_the_latent_traits(known: Known) -> None:
    """Scores of five scales with turned items correlate with the planted traits by .8 or more."""
    for name in SCALES:
        pairs = np.array(known.pairs("personality", name, "psychographic_traits", name))
        assert len(pairs) > 190
        assert np.corrcoef(pairs.T)[0, 1] > 0.8, name


def test_reliability_is_the_planted_one(known: Known) -> None:
    """The interval of alpha, a little widened, holds the planted value; every scale is offered."""
    scales = known.by("survey_scales", "scale")
    for row in known.truth("scales"):
        found = scales[row["scale"]]
        assert found["offered"]
        assert found["alpha_low"] - 0.02 <= row["alpha"] <= found["alpha_high"] + 0.02, row["scale"]


def test_straight_liners_are_found(known: Known) -> None:
    """Those who answered alike throughout are told apart, and nearly nobody else."""
    ids = known.customer_ids()
    planted = {ids[row["record"]] for row in known.truth("straight_liners")}
    found = {row["customer_id"] for row in known.rows("survey_straight_liners")
             if row["survey_id"] == "personality_survey"}  # fmt: skip
    assert planted
    assert planted == found


def test_needs_come_back_in_the_planted_order(known: Known) -> None:
    """Intervals of opportunity scores hold the planted ones, and the planted order is that found."""
    found = {row["need"]: row for row in known.rows("need_scores") if row["segmentation"] == "base"}
    planted = known.truth("needs")
    inside = [found[row["need"]]["low"] - 0.3 <= row["opportunity"] <= found[row["need"]]["high"] + 0.3
              for row in planted]  # fmt: skip
    assert sum(inside) >= len(planted) - 1
    wide = [row for row in planted if row["need"] != "fast_delivery"]
    by_truth = sorted(wide, key=lambda row: -row["opportunity"])
    assert [row["need"] for row in by_truth] == sorted((row["need"] for row in wide),
                                                       key=lambda name: -found[name]["opportunity"])  # fmt: skip


def test_drivers_are_told_from_bystanders(known: Known) -> None:
    """The strongest planted driver of satisfaction leads, beyond chance; needs without weight stay below it."""
    rows = {row["driver"].removeprefix("satisfied_"): row for row in known.rows("need_drivers")
            if row["segment_id"] == "everybody"}  # fmt: skip
    assert max(rows, key=lambda name: rows[name]["share"]) == "low_price"
    assert rows["low_price"]["beyond_chance"]
    assert all(row["claim"] == "association" for row in rows.values())
    idle = [row["need"] for row in known.truth("needs") if row["weight"] == 0]
    assert len(idle) == 3
    assert not any(rows[name]["beyond_chance"] for name in idle)


def test_kano_categories_come_back(known: Known) -> None:
    """Must-be, one-dimensional, attractive and indifferent attributes are found as planted, beyond chance."""
    found = {row["attribute"]: row for row in known.rows("need_kano") if row["segmentation"] == "base"}
    planted = {row["attribute"]: row["category"] for row in known.truth("kano")}
    assert {name: found[name]["category"] for name in planted} == planted
    assert all(found[name]["clear"] for name in planted)


def test_classes_of_benefits_come_back(known: Known) -> None:
    """Respondents are put together as planted: adjusted Rand index above .7 (1 is perfect, 0 is chance)."""
    pairs = known.pairs("benefits", "benefit_class", "needs_traits", "benefits_sought")
    assert len(pairs) > 190
    assert adjusted_rand_score(*zip(*pairs, strict=True)) > 0.7


def test_single_answers_are_kept_word_for_word(known: Known) -> None:
    """A hobby told in a questionnaire is the trait."""
    pairs = known.pairs("hobbies", "hobby", "psychographic_traits", "favorite_hobby")
    assert len(pairs) > 190
    assert agreeing(pairs) == 1.0


def test_records_with_one_mail_are_one_customer(known: Known) -> None:
    """By exact keys every doubled record with the same mail is merged, and nobody else is."""
    ids = known.customer_ids()
    for row in known.truth("second_records"):
        mail_told = _mails(known)[row["customer"]] is not None
        assert (ids[row["record"]] == ids[row["customer"]]) == (row["same_mail"] and mail_told), row
    person = {row["record"]: row["person"] for row in known.truth("identities")}
    together = defaultdict(set)
    for record, customer in ids.items():
        if record in person:
            together[customer].add(person[record])
    assert all(len(persons) == 1 for persons in together.values())


def _mails(known: Known) -> dict[str, Any]:
    table = known.company.tables["customers"]
    numbers = (key.split(":")[1] for key in table["party_key"].to_pylist())
    mails = dict(zip(numbers, table["email"].to_pylist(), strict=True))
    told = {row["party_key"].split(":")[1] for row in known.rows("addresses") if row["channel"] == "email"}
    return {number: mail or (number in told or None) for number, mail in mails.items()}


@pytest.mark.parametrize(
    ("true", "found"),
    [
        ("marital_status", "marital_status"),
        ("children", "children"),
        ("household_size", "household_size"),
        ("education", "education_level"),
        ("language", "language"),
    ],
)
def test_who_people_are_is_exact(known: Known, true: str, found: str) -> None:
    """What files tell of persons is the trait, and what they do not tell stays unknown."""
    pairs = [(str(one), str(other).removesuffix(".0")) for one, other in
             known.pairs("persons", true, "demographic_traits", found)]  # fmt: skip
    assert 0.85 * SPEC.customers < len(pairs) < 0.98 * SPEC.customers
    if found == "education_level":
        assert Counter(dict(pairs).keys()) == Counter(["primary", "secondary", "tertiary"])
        assert len(set(pairs)) == 3
    else:
        assert agreeing(pairs) == 1.0


def test_ages_are_counted_to_the_last_day(known: Known) -> None:
    """Age is whole years since birth; spoiled births are unknown and told with their value."""
    last = (known.as_of - timedelta(days=1)).date()
    pairs = known.pairs("persons", "birth_date", "demographic_traits", "age")
    assert len(pairs) > 600
    birthday_ahead = [(born.month, born.day) > (last.month, last.day) for born, _ in pairs]
    ages = [last.year - born.year - ahead for (born, _), ahead in zip(pairs, birthday_ahead, strict=True)]
    assert ages == [age for _, age in pairs]
    spoiled = [row for row in known.truth("persons") if row["birth_spoiled"]]
    told = [row for row in known.rows("demographic_unread") if row["told"] == "birth_date"]
    assert sum(row["customers"] for row in told) <= len(spoiled)


def test_places_are_exact(known: Known) -> None:
    """Home and work are the planted cities, and who works where it lives has no way to go."""
    for true, found in (("city", "home_city"), ("work_city", "work_city")):
        pairs = known.pairs("persons", true, "geographic_traits", found)
        assert len(pairs) > 600
        assert agreeing([(LOCAL.get(true, true), name) for true, name in pairs]) == 1.0, found
    traits, ids = known.by("geographic_traits"), known.customer_ids()
    for row in known.truth("persons"):
        way = traits[ids[row["record"]]]["work_distance"]
        if way is not None:
            assert (way == 0) == (row["city"] == row["work_city"])
    assert known.rows("places_unread") == []


def test_regional_events_reach_who_lives_there(known: Known) -> None:
    """Everybody has a next event, and none is further away than a year."""
    ahead = [row["days_to_next_event"] for row in known.rows("geographic_traits") if row["country_code"]]
    assert ahead
    assert all(each is not None and 0 <= each <= 366 for each in ahead)


def test_styles_of_buying_come_back(known: Known) -> None:
    """Who looks for days and who buys at once is told apart for four in five, idle visits notwithstanding."""
    pairs = known.pairs("styles", "buying_style", "engagement_traits", "buying_style")
    assert len(pairs) > 200
    assert agreeing(pairs) > 0.8


def test_trends_of_use_come_back(known: Known) -> None:
    """Falling use falls and rising use rises, for the middle customer of each kind."""
    trends = defaultdict(list)
    for true, found in known.pairs("usage_trends", "trend", "engagement_traits", "usage_trend"):
        trends[true].append(found)
    assert median(trends["falling"]) < -0.05 < median(trends["steady"]) < 0.05 < median(trends["rising"])


def test_adopters_are_classed_by_their_time(known: Known) -> None:
    """Classes are cut in the planted times of adoption at mean and deviations (Rogers 1962); others are in none."""
    ids, traits = known.customer_ids(), known.by("technographic_traits")
    days = {ids[row["record"]]: row["adopted"].toordinal() for row in known.truth("adoptions")
            if row["technology"] == "smart speaker"}  # fmt: skip
    middle, deviation = np.mean(list(days.values())), np.std(list(days.values()))
    cuts = middle + deviation * np.array([-2.0, -1.0, 0.0, 1.0])
    assert len(days) > 200
    for customer, day in days.items():
        assert traits[customer]["adopter_class"] == ADOPTERS[int((day >= cuts).sum())]
    assert not any(row["adopter_class"] for customer, row in traits.items() if customer not in days)
    users = {row["technology"]: row["users"] for row in known.rows("technology_adoption")}
    assert all(users[row["technology"]] == row["adopters"] for row in known.truth("diffusion"))


def test_groups_and_classes_of_firms_are_exact(known: Known) -> None:
    """Every organization stands under its planted top, in its planted class, with its planted staff."""
    groups, firms = known.by("account_hierarchy"), known.by("firmographic_traits")
    for row in known.truth("firms"):
        key = f"account:{row['account']}"
        assert groups[key]["group_id"] == f"account:{row['group']}"
        assert firms[key]["performance"] == row["performance"]
        assert firms[key]["employees"] == row["staff"]
        assert firms[key]["industry"] == row["industry"]


def test_buying_centers_are_exact(known: Known) -> None:
    """Roles known and missing are the planted ones, those that ended left out; coverage is their share of seven."""
    planted = defaultdict(set)
    for row in known.truth("roles"):
        planted[f"account:{row['account']}"].add(row["role"])
    found = defaultdict(set)
    for row in known.rows("account_coverage"):
        if row["contacts"]:
            found[row.get("account_id") or row["customer_id"]].add(row["role"])
    assert found == planted
    for account, row in known.by("account_traits").items():
        assert row["buying_center_coverage"] == pytest.approx(len(planted[account]) / len(ROLES))
        assert row["decider_known"] == ("decider" in planted[account])


def test_sales_are_counted_as_they_stand(known: Known) -> None:
    """Opportunities stand won, lost or open as planted, by the product that was meant and not as it was written."""
    planted = Counter((row["product"], row["standing"]) for row in known.truth("sales"))
    assert Counter((row["product_id"], row["standing"]) for row in known.rows("opportunity_standing")) == planted


def test_departments_wait_as_planted(known: Known) -> None:
    """Own departments have waiting, handling and satisfaction instead of a value."""
    traits = known.by("kinds_traits")
    for row in known.truth("departments"):
        found = traits[f"customer:{row['record']}"]
        assert found["internal_mean_waiting"] == pytest.approx(row["waiting"])
        assert found["internal_mean_handling"] == pytest.approx(row["handling"])
        assert found["internal_satisfaction"] == pytest.approx((row["rating"] - 1) / 4)


def test_contracts_and_referrals_are_counted(known: Known) -> None:
    """Payers have the running contracts planted, and who brought others has as many referrals."""
    traits, ids = known.by("kinds_traits"), known.customer_ids()
    for row in known.truth("contracts"):
        assert bool(traits[ids[row["record"]]]["running_contracts"]) == row["running"]
    brought = Counter(ids[row["referrer"]] for row in known.truth("referrals"))
    assert {key: row["referrals_made"] for key, row in traits.items() if row["referrals_made"]} == dict(brought)

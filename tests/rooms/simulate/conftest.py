from dataclasses import replace

import pytest
from tests.rooms.simulate.companies import SPEC

from segmentry.simulate import Company, CompanySpec, simulate


@pytest.fixture(scope="session")
def company() -> Company:
    """Six thousand customers of the default company."""
    return simulate(CompanySpec(customers=6_000, seed=11))


@pytest.fixture(scope="session")
def exact_company() -> Company:
    """A company whose purchases follow the BG/NBD exactly: no seasons, no campaign effect."""
    return simulate(CompanySpec(customers=8_000, seed=5, season_strength=0.0, campaign_effect=0.0))


@pytest.fixture(scope="session")
def whole() -> Company:
    """Fifteen hundred customers with every part."""
    return simulate(SPEC)


@pytest.fixture(scope="session")
def null_world() -> Company:
    """The same company where nothing stands behind answers and nothing decides over leads."""
    return simulate(replace(SPEC, survey_strength=0.0, lead_strength=0.0, parts=("surveys", "leads")))

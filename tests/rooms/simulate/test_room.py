import subprocess
import sys

import pytest

from segmentry import simulate


def test_every_public_name_is_there_and_documented() -> None:
    """What the room announces it has, each with a docstring of its own; other names are refused by name."""
    assert sorted(simulate.__all__) == sorted(simulate._HOMES)
    assert dir(simulate) == sorted(simulate.__all__)
    for name in simulate.__all__:
        value = getattr(simulate, name)
        assert isinstance(value, tuple) or value.__doc__
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = simulate.nothing_like_it


def test_import_is_light() -> None:
    """Importing the room loads neither pyarrow nor scipy, and never pandas or duckdb."""
    code = "import sys, segmentry.simulate; print(sorted({'pyarrow', 'scipy', 'pandas', 'duckdb'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_growing_a_company_opens_no_database() -> None:
    """A whole company is grown without DuckDB, Ibis or SQLAlchemy being loaded."""
    code = (
        "import sys; from segmentry.simulate import CompanySpec, simulate; simulate(CompanySpec(customers=50));"
        "print(sorted({'sqlalchemy', 'duckdb', 'ibis'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"

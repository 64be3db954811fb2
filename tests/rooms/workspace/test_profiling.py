"""The modules of profiles as the workspace runs them: each is there, and none is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime

import pytest

from segmentry.terms.errors import SettingsError
from segmentry.workspace.profiling import MODULES, Module, check


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.publisher)
def test_every_module_reads_its_settings_and_publishes(module: Module) -> None:
    """Its spec can be made of no settings at all, and its function takes a run, the spec and the catalog."""
    spec = module.read({}, as_of=datetime(2024, 1, 1), last_day=date(2023, 12, 31), currency=None)
    assert spec.as_of == datetime(2024, 1, 1)
    names = module.publish.__code__.co_varnames[: module.publish.__code__.co_argcount]
    assert names[:3] == ("run", "spec", "catalog")
    assert set(module.also) <= set(names)


def test_contacts_stand_before_who_needs_them() -> None:
    """Kinds and leads read contacts of this refresh, never those of the one before."""
    order = [module.publisher for module in MODULES]
    assert order.index("run_contacts:publish") < order.index("run_kinds:publish") < order.index("run_accounts:publish")
    assert order.index("run_accounts:publish") < order.index("run_technographic:publish_companies")
    assert order[-1] == "run_leads:publish"


def test_mistakes_of_all_sections_come_at_once() -> None:
    """Of two modules and of identity."""
    told = {"loyalty": {"high_share": 7}, "leads": {"horizon_days": -1}, "identity": {"method": "guess"}}
    with pytest.raises(SettingsError) as caught:
        check(told)
    assert len({problem.where.split(",")[0] for problem in caught.value.problems}) == 3


def test_checking_one_section_imports_no_other_module() -> None:
    """Opening a workspace with settings of one module stays light."""
    code = (
        "import sys; from segmentry.workspace.profiling import check; check({'loyalty': {'high_share': 0.6}});"
        "print([name for name in sys.modules if name.startswith('segmentry.profiles.run_')],"
        "'segmentry.profiles.leads' in sys.modules, 'scipy' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["[]", "False", "False"]

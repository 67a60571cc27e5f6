"""Headlines: every number stands where it is looked for, in every report."""

import json

import pytest

from course_lib.lineage import STAGES
from course_lib.lineage.headlines import CHOSEN, find, headlines
from course_lib.lineage.load import SHIPPED

SHIPPED_REPORTS = sorted(SHIPPED.glob("*.report.json"))


def test_every_stage_has_headlines():
    assert CHOSEN.keys() == STAGES.keys()


@pytest.mark.parametrize("name", ["chat", "reward", "rlhf"])
def test_a_report_has_all_that_is_looked_for(family, name):
    report = json.loads((family / f"{name}.report.json").read_text())
    assert len(headlines(report)) == len(CHOSEN[name])
    for each, (path, _) in zip(headlines(report), CHOSEN[name], strict=True):
        measured = find(report, path)
        if each.is_share:
            assert (each.value, each.low, each.high) == (measured["value"], measured["low"], measured["high"])
            assert 0 <= each.low <= each.value <= each.high <= 1
            assert each.interval().endswith("%")
        else:
            assert each.value == measured
            assert each.interval() == ""


@pytest.mark.parametrize("path", SHIPPED_REPORTS, ids=lambda path: path.stem)
def test_so_has_every_report_that_ships(path):
    report = json.loads(path.read_text(encoding="utf-8"))
    assert len(headlines(report)) == len(CHOSEN[report["stage"]])


def test_a_report_without_a_card_has_none():
    assert headlines({"stage": "base", "card": {"asked": True}}) == []

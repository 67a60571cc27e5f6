"""The ledgers agree with the notebooks: verdicts, and terms before use."""

import re

from course_lib.classroom import checks
from course_lib.classroom.claims import verdict_is_known
from course_lib.classroom.form import code_cells
from course_lib.classroom.ledgers import claim_faults, read_ledger, term_faults


def test_each_claim_stands_in_its_notebook_as_the_ledger_says(notebooks):
    faults = []
    for claim_id, entry in read_ledger("claims.toml").items():
        assert set(entry) == {"notebook", "cell", "number", "verdict", "text", "rule"}, claim_id
        assert verdict_is_known(entry["verdict"]), claim_id
        assert str(entry["number"]).strip(), claim_id
        number = entry["notebook"][:2]
        if number not in notebooks:
            faults.append(f"{claim_id}: there is no notebook {entry['notebook']}")
        else:
            faults += claim_faults(claim_id, entry, notebooks[number])
    assert faults == []


def test_each_claim_of_a_notebook_is_in_the_ledger(notebooks):
    ledger = read_ledger("claims.toml")
    for number, notebook in notebooks.items():
        code = "\n".join(cell.source for cell in code_cells(notebook))
        missing = set(re.findall(r'\bclaim\("([^"]+)"', code)) - set(ledger)
        assert not missing, f"notebook {number}: {sorted(missing)} not in data/claims.toml"


def test_the_ledger_has_the_rule_that_was_fixed(notebooks):
    for claim_id, entry in read_ledger("claims.toml").items():
        claim = checks.find_claim(claim_id)
        assert (claim.text, claim.rule) == (entry["text"], entry["rule"])


def test_terms_are_introduced_before_they_are_used(notebooks):
    assert list(term_faults(read_ledger("terms.toml"), notebooks)) == []


def test_places_of_terms_are_notebook_and_section():
    assert all(re.fullmatch(r"\d\d\.\d+", place) for place in read_ledger("terms.toml").values())

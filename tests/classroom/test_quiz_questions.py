"""Every quiz question has one right choice, reasons for the others, and the quiz reaches back to earlier notebooks."""

import pytest

from course_lib.classroom import checks
from course_lib.classroom.claims import verdict_is_known
from course_lib.classroom.registry import VERDICTS

MODULES = checks.load_all()
MIN_EARLIER = 2
MIN_QUESTIONS = 2

each_module = pytest.mark.parametrize(("number", "module"), MODULES.items(), ids=list(MODULES))


@each_module
def test_each_question_has_one_right_choice_and_reasons(number, module):
    questions = getattr(module, "QUIZ", [])
    assert len(questions) >= MIN_QUESTIONS
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert question.id.startswith(number + ".")
        assert len({text for text, _ in question.choices}) == len(question.choices)
        reasons = [reason for _, reason in question.choices if reason is not None]
        assert len(reasons) == len(question.choices) - 1
        assert all(len(reason.split()) >= 4 for reason in reasons), question.id


@each_module
def test_a_full_quiz_reaches_back(number, module):
    questions = getattr(module, "QUIZ", [])
    earlier = [other for other in MODULES if other < number]
    assert all(question.from_notebook <= number for question in questions)
    if len(questions) >= 5 and len(earlier) >= MIN_EARLIER:
        assert sum(question.from_notebook < number for question in questions) >= MIN_EARLIER


@each_module
def test_claims_are_complete(number, module):
    for claim_id, claim in getattr(module, "CLAIMS", {}).items():
        assert claim.id == claim_id
        assert claim.text.strip()
        assert claim.rule.strip()
    assert all(map(verdict_is_known, VERDICTS))

"""The checks themselves are checked: the stub, the reference and every usual mistake each get their own answer."""

import ast
import time

import pytest

from course_lib.classroom import checks
from course_lib.classroom.exercises import judge
from course_lib.classroom.learner_parts import run_source
from course_lib.classroom.mutants import answer_to, survivors
from course_lib.classroom.registry import Exercise
from course_lib.classroom.solutions import namespace_for
from course_lib.classroom.source import Definition, bare, is_untouched, same_code

EXERCISES = [exercise for module in checks.load_all().values() for exercise in getattr(module, "EXERCISES", [])]
MISTAKES = [(exercise, mistake) for exercise in EXERCISES for mistake in exercise.mistakes]
MIN_MISTAKES = 2
MIN_CAUGHT = 0.9
CHECK_SECONDS = 1.0

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


def stub_of(exercise: Exercise) -> str:
    """What the notebook gives: the broken version, or the solution's signature with `...` for a body."""
    if exercise.broken is not None:
        return exercise.broken
    node = bare(exercise.hints[2])
    parts = (
        [node]
        if not isinstance(node, ast.ClassDef)
        else [
            part
            for part in node.body
            if isinstance(part, Definition)
            and (part.name in exercise.methods or not exercise.methods)
            and (part.name != "__init__" or "__init__" in exercise.methods)
        ]
    )
    for part in parts:
        part.body = [ast.Expr(ast.Constant(...))]
    return ast.unparse(ast.fix_missing_locations(node))


@each_exercise
def test_the_stub_is_untouched_and_nothing_is_checked(exercise):
    stub = stub_of(exercise)
    assert is_untouched(stub, exercise.methods, exercise.broken)
    candidate = run_source(stub, namespace_for(exercise), f"<stub of {exercise.id}>")
    assert judge(exercise, candidate, stub)[0] == "○"


@each_exercise
def test_the_reference_is_right_and_quickly_checked(exercise):
    exercise.check(exercise.reference)
    start = time.thread_time()
    exercise.check(exercise.reference)
    assert time.thread_time() - start <= CHECK_SECONDS


@each_exercise
def test_the_solution_is_right_and_is_no_stub(exercise):
    assert answer_to(exercise, exercise.hints[2]) is None
    assert not is_untouched(exercise.hints[2], exercise.methods, exercise.broken)


@each_exercise
def test_the_broken_version_of_a_repair_is_wrong(exercise):
    if exercise.broken is not None:
        assert answer_to(exercise, exercise.broken) is not None
        assert not same_code(exercise.broken, exercise.hints[2])


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=[f"{e.id}: {m.name}" for e, m in MISTAKES])
def test_a_usual_mistake_gets_its_own_message(exercise, mistake):
    message = answer_to(exercise, mistake.source)
    assert message is not None, "it passes as right"
    assert mistake.says in message
    others = [other for other in exercise.mistakes if other is not mistake]
    same = [other.name for other in others if mistake.says in (answer_to(exercise, other.source) or "")]
    assert not same, f"the same message for {same}"


@each_exercise
def test_enough_usual_mistakes_are_listed(exercise):
    assert len(exercise.mistakes) >= MIN_MISTAKES
    assert len(exercise.hints) == 3
    assert all(text.strip() for text in exercise.hints)
    assert exercise.id.split(".")[0].isdecimal()


@each_exercise
def test_mutants_of_the_solution_are_caught(exercise):
    passed, n_tried = survivors(exercise)
    assert len(passed) <= (1 - MIN_CAUGHT) * n_tried, f"{len(passed)} of {n_tried} mutants pass: {passed}"


@each_exercise
def test_a_part_is_a_field_of_parts(exercise):
    if exercise.part is not None:
        from dataclasses import fields

        from course_lib.transformer import Parts

        assert exercise.part in {field.name for field in fields(Parts)}


def test_ids_are_there_once():
    ids = [exercise.id for exercise in EXERCISES]
    assert len(ids) == len(set(ids))

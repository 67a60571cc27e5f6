"""Predictions, quiz, claims and progress: what is asked, answered and kept."""

import json
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest

from course_lib.classroom import calibration, claim, predict, progress, quiz
from course_lib.classroom.quizzes import answer, as_markdown
from course_lib.classroom.record import changing, progress_path, read_progress, record_attempt
from course_lib.classroom.registry import Question
from course_lib.common.errors import CourseError


@pytest.fixture
def axes():
    """Axes to draw on."""
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_an_empty_guess_draws_nothing_and_leaves_no_trace(my_folder, axes, capsys):
    guess = predict("98.2", d_head_4=None)
    guess.draw_on(axes)
    guess.compare(d_head_4=0.3)
    assert not axes.lines
    assert capsys.readouterr().out == ""
    assert not progress_path().exists()


def test_guesses_are_drawn_at_the_number_in_their_name(my_folder, axes):
    predict("98.2", d_head_4=0.5, width_0_5=2, raw=None, level=3, word="up").draw_on(axes, x={"level": 7})
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines] == [(4, 0.5), (0.5, 2), (7, 3)]
    assert axes.lines[0].get_label() == "your guess"


def test_a_guess_without_a_place_is_a_line_across(my_folder, axes):
    predict("98.2", raw=0.5).draw_on(axes)
    assert list(axes.lines[0].get_ydata()) == [0.5, 0.5]


def test_the_first_guess_counts_for_calibration(my_folder, capsys):
    calibration()
    assert capsys.readouterr().out == "no guess has met its measurement yet\n"
    predict("98.2", share=0.1)
    assert capsys.readouterr().out == "noted\n"
    predict("98.2", share=0.1, best="raw").compare(share=0.31, best="raw")
    predict("98.2", share=0.31).compare(share=0.31)
    predict("98.3", loss=1.5).compare(loss=2.0)
    capsys.readouterr()
    calibration()
    assert capsys.readouterr().out == (
        "1 of 2 guesses were right (words) or within a factor of two (numbers)\n"
        "of the numbers you missed, 2 were guessed too low and 0 too high\n"
    )
    assert read_progress()["predictions"]["98.2"]["guess"] == {"share": 0.31}


def test_the_quiz_reads_without_a_kernel(sample, capsys):
    quiz("98")
    text = capsys.readouterr().out
    assert "**1.** What is twice 2?" in text
    assert sorted(line[5:] for line in text.split("\n")[2:5]) == ["2", "4", "8"]
    assert "cube" not in text, "reasons would give the answer away"


def test_an_answer_gets_its_reason_and_the_first_one_counts(sample):
    question = sample.QUIZ[0]
    texts = [text for text, _ in question.shuffled()]
    assert answer("98", question, texts.index("8")).endswith(": that is its cube")
    assert answer("98", question, texts.index("4")).endswith(" is right.")
    assert answer("98", replace(question, why="2 + 2."), texts.index("4")).endswith(" is right. 2 + 2.")
    assert read_progress()["quiz"]["98/98.q1"] == {"right": True, "right_at_first": False}


def test_the_buttons_answer(sample):
    from course_lib.classroom.quizzes import _buttons

    question = sample.QUIZ[0]
    box = _buttons("98", question)
    buttons, reply = box.children
    right = [text for text, _ in question.shuffled()].index("4")
    buttons.children[right].click()
    assert reply.value == f"✓ {'ABC'[right]} is right."


def test_choices_are_shuffled_the_same_way_each_time(sample):
    question = sample.QUIZ[0]
    assert as_markdown(question, 1) == as_markdown(question, 1)
    places = {q.shuffled().index(next(c for c in q.choices if c[1] is None)) for q in (
        Question(id=f"98.q{i}", text="?", from_notebook="98", choices=[("a", None), ("b", "no"), ("c", "no")])
        for i in range(20)
    )}  # fmt: skip
    assert places == {0, 1, 2}


@pytest.mark.parametrize("choices", [[("a", None), ("b", None), ("c", "no")], [("a", "no")] * 3, [("a", None)]])
def test_a_question_without_one_right_choice_is_refused(choices):
    with pytest.raises(ValueError, match=r"question 98.q1 has \d (right )?choices"):
        Question(id="98.q1", text="?", choices=choices, from_notebook="98")


def test_a_claim_is_placed_and_decided(sample, data_folder, capsys):
    (data_folder / "results").mkdir()
    (data_folder / "results" / "Z8.csv").write_text("seed,machine,ratio\n0,a,1.5\n1,a,2.5\n")
    claim("Z8", ratio=2.0)
    assert capsys.readouterr().out.split("\n") == [
        "Claim Z8: Doubling makes a number larger.",
        "Rule: holds if the ratio is above 1",
        "  ratio  2   (within 1.5 to 2.5, measured over 2 runs)",
        "Verdict: holds",
        "",
    ]
    claim("Z8", ratio=-1)
    said = capsys.readouterr().out
    assert "(outside 1.5 to 2.5, measured over 2 runs)" in said
    assert "Verdict: wrong as stated: not for negative numbers" in said


def test_results_may_be_long_tables(sample, data_folder, capsys):
    (data_folder / "results").mkdir()
    (data_folder / "results" / "Z8.csv").write_text("seed,name,value\n0,ratio,1.5\n0,other,9\n")
    claim("Z8", ratio=1.5)
    assert "within 1.5 to 1.5, measured over 1 runs" in capsys.readouterr().out


def test_a_claim_must_be_known_and_its_verdict_too(sample, data_folder):
    with pytest.raises(CourseError, match="no claim 'Z7'"):
        claim("Z7")
    with pytest.raises(CourseError, match="'perhaps'"):
        claim("Z9")


def test_progress_is_a_table(sample):
    record_attempt("98.double", right=True)
    record_attempt("98.double", right=False)
    predict("98.2", a=1)
    answer("98", sample.QUIZ[0], [text for text, _ in sample.QUIZ[0].shuffled()].index("4"))
    assert str(progress()).split("\n") == [
        "notebook   exercises  quiz    predictions",
        "98_sample  1 of 4     1 of 2  1",
    ]


def test_an_unreadable_progress_file_is_set_aside(my_folder, capsys):
    my_folder.mkdir()
    progress_path().write_text("{not json")
    assert read_progress() == {"exercises": {}, "quiz": {}, "predictions": {}}
    assert (my_folder / "progress.unreadable.json").read_text() == "{not json"
    record_attempt("98.double", right=True)
    assert json.loads(progress_path().read_text())["exercises"]["98.double"]["right"]


def test_a_folder_that_cannot_be_written_costs_only_the_record(my_folder, capsys):
    my_folder.write_text("a file where the folder should be")
    with changing("quiz", "98/98.q1") as entry:
        entry["right"] = True
    assert capsys.readouterr().out.startswith("progress could not be kept")

"""Pictures of learning: every batch is there, the mean remembers a twentieth of the run, markers stand on the curve."""

from dataclasses import dataclass

import pytest

from course_lib.viz.training import (
    formats_figure,
    live_curve,
    loss_figure,
    recall_figure,
    running_mean,
    samples_figure,
)


@dataclass
class Report:
    step: int
    loss: float
    tokens_seen: int = 0
    validation_loss: float | None = None


def reports(losses):
    return [Report(step, loss, 100 * step) for step, loss in enumerate(losses, 1)]


def test_the_mean_remembers_the_latest_twentieth_of_the_run():
    assert running_mean(reports([8.0, 6.0, 1.0]), n_steps=40) == [8.0, 7.0, 3.5]
    assert running_mean(reports([8.0, 6.0, 1.0]), n_steps=10) == [8.0, 6.0, 1.0]


def test_a_run_half_done_leaves_room_for_the_rest():
    (axes,) = loss_figure(reports([5.0, 4.0]), n_steps=4, blind=6.0).axes
    assert axes.get_xlim() == (0, 4)
    assert axes.get_ylim()[0] == 0
    dots = next(line for line in axes.lines if line.get_label() == "one batch")
    assert dots.get_xydata().tolist() == [[1, 5], [2, 4]]
    assert axes.get_title() == "step 2 of 4, 200 tokens read"


def test_tokens_that_are_scored_are_not_called_read(monkeypatch):
    (axes,) = loss_figure(reports([5.0, 4.0]), n_steps=4, counted="tokens scored").axes
    assert axes.get_title() == "step 2 of 4, 200 tokens scored"
    drawn = []
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    monkeypatch.setattr("course_lib.viz.training.loss_figure", lambda *given: drawn.append(given))
    monkeypatch.setattr("course_lib.viz.training.png", lambda _: b"")
    list(live_curve(reports([5.0]), 1, blind=6.0, counted="tokens scored"))
    assert drawn[0][2:] == (6.0, "tokens scored")


def test_unread_pages_are_drawn_where_they_were_measured():
    seen = reports([5.0, 4.0, 3.0])
    seen[1].validation_loss = 4.5
    (axes,) = loss_figure(seen, n_steps=3).axes
    (unread,) = [line for line in axes.lines if line.get_label() == "unread pages"]
    assert unread.get_xydata().tolist() == [[2, 4.5]]


def test_reports_pass_through_a_live_curve_that_says_in_words_what_it_shows(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda picture, **_: shown.append(picture))
    seen = reports([5.0, 4.0, 3.0])
    assert list(live_curve(seen, 3, every_seconds=1000)) == seen
    (picture,) = shown
    assert picture["text/plain"] == "The loss fell from 5.00 to 3.00 nats in 3 steps."


def test_what_was_written_is_numbered_on_the_curve():
    figure = samples_figure(reports([6.0, 3.0]), {0: "", 2: "a fox\nruns"}, n_steps=2, blind=7.0)
    axes, page = figure.axes
    numbers = {text.get_text(): text.get_position() for text in axes.texts}
    assert numbers == {"1": (0, 7.0), "2": (2, 3.0)}
    written = [text.get_text() for text in page.texts]
    assert written == ["1", "step 0", "(nothing)", "2", "step 2", "a fox ↵ runs"]


def test_shares_are_drawn_from_none_to_all_beside_their_levels():
    (axes,) = recall_figure({"seen": {0: 0.1, 5: 0.9}}, {"chance": 0.05}, "tokens").axes
    curve, level = axes.lines
    assert curve.get_xydata().tolist() == [[0, 0.1], [5, 0.9]]
    assert list(level.get_ydata()) == [0.05, 0.05]
    assert axes.get_ylim() == pytest.approx((-0.02, 1.02))


def test_a_number_format_ends_at_its_largest_number():
    (axes,) = formats_figure({"float16": (6e-8, 6.1e-5, 65504.0, 2**-10)}).axes
    (line,) = axes.lines
    assert line.get_xydata().tolist() == [[6e-8, 1], [6.1e-5, 2**-10], [65504.0, 2**-10]]
    assert "to 65,504" in [text.get_text() for text in axes.texts]

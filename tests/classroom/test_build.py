"""The build, end to end on a small notebook in a real kernel: what is written, what is kept, what is refused."""

import re
import struct
import zlib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.classroom import checks
from course_lib.classroom.build import build, build_one, execute, formatted, read_notebook, with_standard_cells
from course_lib.classroom.cell_ids import name_cells
from course_lib.classroom.cleaning import WIDGET_VIEW, clean_outputs, plain_png
from course_lib.classroom.setup_cell import badge, setup_source
from course_lib.common.errors import CourseError

SAMPLE = Path(__file__).parent / "sample"
CELLS = {
    "imports": f"""
import time
import matplotlib.pyplot as plt
from tqdm import tqdm
from course_lib.classroom import checks, claim, exercise, predict, quiz
checks.__path__[:] = [{str(SAMPLE)!r}]
""",
    "double": '@exercise("98.double")\ndef double(x):\n    """Twice x."""\n    ...  # yours',
    "solved": """
@exercise("98.Counter")
class Counter:
    def __init__(self, start=0):
        self.value = start

    def up(self):
        self.value += 1

    def down(self):
        self.value -= 1
""",
    "repair": '@exercise("98.broken_double")\ndef broken_double(x):\n    return 2 * abs(x)',
    "figure": 'plt.plot([1, 2, 3])\nplt.xlabel("step");',
    "progress": "for _ in tqdm(range(2)):\n    time.sleep(0.01)",
    "clock": "print(time.perf_counter())",
    "address": "print(object())\npredict('98.2', a=None)",
    "claim": 'claim("Z8", ratio=2.0)',
    "quiz": 'quiz("98")',
}


def write_notebook(path, cells=CELLS, timed=("clock",)):
    """A notebook as an author hands it to the build."""
    made = [new_markdown_cell("# 98 · A sample\n\nWhat is it? Two minutes. Builds on: nothing.")]
    for name, source in cells.items():
        metadata = {"id": name, **({"tags": ["timed"]} if name in timed else {})}
        made.append(new_code_cell(source.strip("\n"), metadata=metadata))
    nbformat.write(new_notebook(cells=made), path)
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sample, built once."""
    path = write_notebook(tmp_path_factory.mktemp("notebooks") / "98_sample.ipynb")
    build_one(path)
    return path


@pytest.fixture(scope="module")
def outputs(built):
    """Cell id → its stored outputs."""
    return {cell.id: cell.outputs for cell in read_notebook(built).cells if cell.cell_type == "code"}


def text_of(outputs):
    """What a cell printed."""
    return "".join(output.text for output in outputs if output.output_type == "stream")


def test_standard_cells_are_in_place(built):
    cells = read_notebook(built).cells
    assert badge("98_sample.ipynb") in cells[0].source
    assert cells[1].source == setup_source()
    assert (cells[1].id, cells[1].metadata.tags) == ("set-up", ["set-up"])
    assert [cell.execution_count for cell in cells[1:]] == list(range(1, len(cells)))


def test_exercises_answer_in_a_real_kernel(outputs):
    assert text_of(outputs["double"]) == "○ 98.double: the verified version stands in until you write yours\n"
    assert text_of(outputs["repair"]).startswith("○ 98.broken_double: the verified version stands in until you have")
    assert text_of(outputs["solved"]).startswith("✓ 98.Counter: yours is used from here on")


def test_nothing_of_the_moment_is_kept(built, outputs):
    assert outputs["progress"] == []
    assert text_of(outputs["address"]) == "<object object at 0x…>\n"
    assert all(output.output_type == "display_data" and "text/markdown" in output.data for output in outputs["quiz"])
    text = built.read_text()
    assert WIDGET_VIEW not in text
    assert "matplotlib version" not in text.lower()
    assert "jupytext" not in text
    assert set(read_notebook(built).metadata) == {"kernelspec", "language_info", "course"}


def test_building_again_changes_no_byte(built, capsys):
    before = built.read_bytes()
    (report,) = build([built], check=True)
    assert built.read_bytes() == before
    assert not report.changed
    said = capsys.readouterr().out.split("\n")
    assert re.fullmatch(r"98_sample\.ipynb  \d+\.\d s  unchanged", said[0])
    assert said[1].startswith("  form: ")


@pytest.mark.slow
def test_a_timed_cell_runs_again_when_code_above_it_changes(built, outputs, tmp_path):
    notebook = read_notebook(built)
    next(cell for cell in notebook.cells if cell.id == "figure").source = "plt.plot([1, 2])"
    nbformat.write(notebook, tmp_path / "98_sample.ipynb")
    build_one(tmp_path / "98_sample.ipynb")
    cells = {cell.id: cell for cell in read_notebook(tmp_path / "98_sample.ipynb").cells}
    assert text_of(cells["clock"].outputs) != text_of(outputs["clock"])


@pytest.mark.slow
def test_it_runs_with_every_solution(built, sample, capsys):
    before = built.read_bytes()
    build([built], solutions=True)
    assert "runs with every solution" in capsys.readouterr().out
    assert built.read_bytes() == before


def test_a_failing_cell_is_named(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("x = 1"), new_code_cell("x / 0", id="divide")])
    with pytest.raises(CourseError, match="cell divide failed: ZeroDivisionError: division by zero"):
        execute(notebook, tmp_path)


def test_a_fault_in_the_code_is_refused_before_it_runs(tmp_path):
    path = write_notebook(tmp_path / "98_sample.ipynb", {"faulty": "import os\nprint(1)"})
    before = path.read_bytes()
    with pytest.raises(CourseError, match=r"98_sample\.ipynb: ruff finds\n.*cell 3.* F401"):
        build_one(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"cells": 3}'])
def test_what_is_no_notebook_is_named(tmp_path, text):
    (tmp_path / "bad.ipynb").write_text(text)
    with pytest.raises(CourseError, match=r"bad\.ipynb cannot be read as a notebook"):
        read_notebook(tmp_path / "bad.ipynb")


def test_a_missing_title_is_named():
    with pytest.raises(CourseError, match="first cell must be Markdown"):
        with_standard_cells(new_notebook(cells=[new_code_cell("1")]), "98_sample.ipynb")


def test_the_set_up_cell_is_short_and_laid_out(tmp_path):
    notebook = new_notebook(cells=[new_markdown_cell("# 98"), new_code_cell(setup_source())])
    assert formatted(notebook, tmp_path / "98.ipynb").cells[1].source == setup_source()
    assert len(setup_source().split("\n")) <= 17
    assert "torch" not in setup_source()


def test_cells_get_names_that_mean_something_and_keep_them():
    sources = ['@exercise("98.double")\ndef double(x): ...', 'guess = predict("98.2", a=None)', 'claim("Z8", a=1)',
               "def softmax(x):\n    return x", "print(1)", "print(2)"]  # fmt: skip
    cells = [new_markdown_cell("# 98"), new_markdown_cell("## 2 · Why √d?"), *map(new_code_cell, sources)]
    cells[-2]["id"] = "kept"
    notebook = name_cells(new_notebook(cells=cells))
    ids = [cell.id for cell in notebook.cells]
    assert ids == ["98", "2-why-d", "exercise-98-double", "predict-98-2", "claim-z8", "define-softmax", "kept",
                   "2-why-d-code"]  # fmt: skip
    assert [cell.id for cell in name_cells(notebook).cells] == ids


def png_chunk(kind, data):
    """One chunk of a PNG file."""
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_png_keeps_its_pixels_alone():
    start, header, end = b"\x89PNG\r\n\x1a\n", png_chunk(b"IHDR", b"x" * 13), png_chunk(b"IEND", b"")
    assert plain_png(start + header + png_chunk(b"tEXt", b"Software\0x") + end) == start + header + end


def test_streams_are_joined_and_widgets_dropped():
    widget = new_output("display_data", {WIDGET_VIEW: {}, "text/plain": "HBox"})
    streams = [new_output("stream", name="stdout", text=text) for text in ("one\n", "10%\r20%\rdone\n")]
    (joined,) = clean_outputs([streams[0], widget, streams[1]], "cell")
    assert joined.text == "one\ndone\n"


def test_a_warning_is_refused():
    with pytest.raises(CourseError, match="cell loud warns: UserWarning: hm"):
        clean_outputs([new_output("stream", name="stderr", text="UserWarning: hm")], "loud")


def test_the_samples_checks_are_not_the_courses():
    assert "98" not in checks.check_files()

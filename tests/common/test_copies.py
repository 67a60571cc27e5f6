"""A learner's copies are made once and never touched again, whatever happens to the originals."""

import os
from pathlib import Path

import pytest

from course_lib.commands.copies import bring_copies
from course_lib.commands.lab import first_notebook, free_port
from course_lib.common.errors import CourseError


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    shipped = tmp_path / "shipped ü"
    shipped.mkdir()
    for name in ("00_start_here", "01_a_single_neuron"):
        (shipped / f"{name}.ipynb").write_text(f"{name}, first version")
    return shipped, tmp_path / "mine"


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_copies_are_made_once(folders: tuple[Path, Path]) -> None:
    shipped, mine = folders
    assert names(bring_copies(shipped, mine)) == ["00_start_here.ipynb", "01_a_single_neuron.ipynb"]
    assert bring_copies(shipped, mine) == []


def test_what_the_learner_wrote_stays(folders: tuple[Path, Path]) -> None:
    shipped, mine = folders
    bring_copies(shipped, mine)
    (mine / "00_start_here.ipynb").write_text("mine")
    (shipped / "00_start_here.ipynb").write_text("second version")
    assert bring_copies(shipped, mine) == []
    assert names(bring_copies(shipped, mine, offer_newer=True)) == ["00_start_here.new.ipynb"]
    assert (mine / "00_start_here.ipynb").read_text() == "mine"
    assert (mine / "00_start_here.new.ipynb").read_text() == "second version"


def test_a_version_is_offered_once_and_the_next_gets_its_own_name(folders: tuple[Path, Path]) -> None:
    shipped, mine = folders
    bring_copies(shipped, mine)
    for version, name in (("second", "00_start_here.new.ipynb"), ("third", "00_start_here.new2.ipynb")):
        (shipped / "00_start_here.ipynb").write_text(version)
        assert names(bring_copies(shipped, mine, offer_newer=True)) == [name]
        assert bring_copies(shipped, mine, offer_newer=True) == []
    assert (mine / "00_start_here.new.ipynb").read_text() == "second"


def test_a_spoiled_record_costs_an_offer_not_a_file(folders: tuple[Path, Path]) -> None:
    shipped, mine = folders
    bring_copies(shipped, mine)
    (mine / ".versions.json").write_text("{")
    (mine / "00_start_here.ipynb").write_text("mine")
    assert names(bring_copies(shipped, mine, offer_newer=True)) == ["00_start_here.new.ipynb"]
    assert (mine / "00_start_here.ipynb").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that refuses to be written")
def test_a_full_or_closed_folder_leaves_nothing_half_written(folders: tuple[Path, Path]) -> None:
    shipped, mine = folders
    mine.mkdir()
    mine.chmod(0o500)
    with pytest.raises(OSError, match="denied"):
        bring_copies(shipped, mine)
    assert list(mine.iterdir()) == []


def test_lab_opens_the_first_notebook(folders: tuple[Path, Path]) -> None:
    shipped, mine = folders
    with pytest.raises(CourseError, match="no notebook"):
        first_notebook(mine)
    bring_copies(shipped, mine)
    assert first_notebook(mine).name == "00_start_here.ipynb"


def test_a_taken_port_is_passed_over() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port
        with pytest.raises(CourseError, match="no free port"):
            free_port(port, n_tries=1)

"""All of `my/` in one zip, and back."""

import zipfile

import pytest

from course_lib.classroom import export_my, restore_my
from course_lib.common.errors import CourseError


def test_there_and_back(my_folder, tmp_path, capsys):
    (my_folder / "exercises").mkdir(parents=True)
    (my_folder / "exercises" / "98.double.py").write_text("x")
    (my_folder / "progress.json").write_text("{}")
    packed = export_my(tmp_path / "taken.zip")
    assert capsys.readouterr().out == "2 files in taken.zip, 0.0 MB\n"
    (my_folder / "exercises" / "98.double.py").unlink()
    (my_folder / "progress.json").write_text("newer")
    restore_my(packed)
    assert capsys.readouterr().out == "1 files restored, 1 were there already and are kept\n"
    assert (my_folder / "exercises" / "98.double.py").read_text() == "x"
    assert (my_folder / "progress.json").read_text() == "newer"


def test_the_zip_does_not_pack_itself(my_folder):
    my_folder.mkdir()
    (my_folder / "a").write_text("a")
    for _ in range(2):
        assert zipfile.ZipFile(export_my(my_folder / "all.zip")).namelist() == ["a"]


def test_nothing_to_pack_and_nothing_to_unpack(my_folder, tmp_path):
    with pytest.raises(CourseError, match="holds nothing yet"):
        export_my(tmp_path / "taken.zip")
    (tmp_path / "broken.zip").write_text("no zip")
    with pytest.raises(CourseError, match=r"broken\.zip cannot be read as a zip"):
        restore_my(tmp_path / "broken.zip")


@pytest.mark.parametrize("name", ["../outside", "/outside", "C:/outside", "a\\..\\outside"])
def test_a_zip_that_reaches_outside_is_refused(my_folder, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("fine", "x")
        archive.writestr(name, "x")
    with pytest.raises(CourseError, match="lies outside the folder"):
        restore_my(tmp_path / "bad.zip")
    assert not my_folder.exists()

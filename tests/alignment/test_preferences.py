"""Files of preferences: round trips, one label at a time, and what is wrong in which line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.alignment import Preference, append_preference, from_pairs, load_preferences, save_preferences
from course_lib.common.errors import CourseError
from course_lib.world import World

ONE, TWO = Preference("Who?", "Ada.", "Bob."), Preference("Why? \u2028", "“Ä”\n", "\x85 no")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


def test_the_format_by_hand(tmp_path) -> None:
    save_preferences(tmp_path / "labels.jsonl", [ONE])
    assert (tmp_path / "labels.jsonl").read_text() == '{"prompt": "Who?", "chosen": "Ada.", "rejected": "Bob."}\n'


@given(texts=st.tuples(TEXT, TEXT, TEXT).filter(lambda three: three[1] != three[2]))
def test_any_text_survives(tmp_path_factory, texts) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    save_preferences(path, [Preference(*texts)])
    append_preference(path, ONE)
    assert load_preferences(path) == [Preference(*texts), ONE]


def test_labels_are_added_one_at_a_time(tmp_path) -> None:
    path = tmp_path / "mine" / "labels.jsonl"
    for preference in (ONE, TWO, ONE):
        append_preference(path, preference)
    assert load_preferences(path) == [ONE, TWO, ONE]
    path.write_text(path.read_text().rstrip("\n"))  # as some editors leave it
    append_preference(path, TWO)
    assert load_preferences(path) == [ONE, TWO, ONE, TWO]
    assert [file.name for file in path.parent.iterdir()] == ["labels.jsonl"]


def test_the_simulated_labeller_writes_the_same_format(tmp_path) -> None:
    pairs = list(World.generate(0).preference_pairs(30, seed=0))
    save_preferences(tmp_path / "labels.jsonl", from_pairs(pairs))
    found = load_preferences(tmp_path / "labels.jsonl")
    assert [(each.prompt, each.chosen, each.rejected) for each in found] == [
        (pair.question.text, pair.chosen, pair.rejected) for pair in pairs
    ]


GOOD = '{"prompt": "a", "chosen": "b", "rejected": "c"}\n'


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        ("", "holds no preference"),
        ("\n\n", "holds no preference"),
        (GOOD + GOOD[:20], "line 2 is not whole JSON .* cut short"),
        (GOOD + "\n" + '["a", "b", "c"]\n', "line 3 needs texts by the names prompt, chosen, rejected"),
        ('{"prompt": "a", "chosen": 1, "rejected": "c"}\n', "line 1 needs texts"),
        (GOOD * 4 + GOOD.replace('"c"', '"b"'), "line 5: chosen and rejected are the same"),
        (GOOD.replace('"a"', '" "'), "line 1: prompt is empty"),
        (b"\xff\xfe", "is no text"),
    ],
)
def test_a_broken_file_is_one_line_that_names_its_line(tmp_path, contents, says) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    with pytest.raises(CourseError, match=says) as error:
        load_preferences(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_says_what_to_do(tmp_path) -> None:
    with pytest.raises(CourseError, match="label some pairs first"):
        load_preferences(tmp_path / "labels.jsonl")

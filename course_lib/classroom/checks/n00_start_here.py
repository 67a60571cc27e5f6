"""Notebook 00: the likeliest next piece of text, and a writer that never reads what it wrote."""

from collections.abc import Callable

from course_lib.classroom.registry import Exercise, Mistake, Question, Wrong


def likeliest(probabilities: dict[str, float]) -> str:
    """The piece of text with the highest probability."""
    return max(probabilities, key=probabilities.get)


def write(probabilities_after: Callable[[str], dict[str, float]], text: str, n_pieces: int) -> str:
    """Go on with a text: each time the likeliest piece after all that stands there so far."""
    written = ""
    for _ in range(n_pieces):
        written += likeliest(probabilities_after(text + written))
    return written


JOBS = {" baker": 0.2, " cook": 0.5, " actor": 0.1, " teacher": 0.2}


def check_likeliest(candidate: Callable) -> None:
    """One dictionary in which each usual slip gives another piece; then others, the likeliest at every place."""
    found = candidate(JOBS)
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if isinstance(found, int | float):
        raise Wrong(f"it returned the number {found}. Which piece has that probability?")
    if not isinstance(found, str):
        raise Wrong(f"it returned a {type(found).__name__}; one piece of text is wanted, such as ' cook'")
    if found not in JOBS and f" {found}" in JOBS:
        raise Wrong(f"it returned {found!r}, without the blank before it; a piece comes back as it is")
    slips = {
        " teacher": "that is the last in the alphabet: `max` of a dictionary compares its words, not its numbers",
        " baker": "that is the first one, and not the likeliest",
        " actor": "that is the least likely one",
    }
    if found in slips:
        raise Wrong(f"of {JOBS} it chose {found!r}: {slips[found]}")
    for probabilities in (JOBS, {" z": 0.4, " a": 0.35, " m": 0.25}, {"x": 0.1, "y": 0.2, "a": 0.7}, {"only": 1.0}):
        found, wanted = candidate(probabilities), likeliest(probabilities)
        if found != wanted:
            raise Wrong(f"of {probabilities} it chose {found!r}; {wanted!r} is likelier")


class Counting:
    """A model that knows how to count, and notes what it is asked."""

    WORDS = ("One", " two", " three", " four", " five", " six")

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> dict[str, float]:
        """One word more than stands there is likeliest."""
        self.asked.append(text)
        n_words = len(text.split())
        return {" and": 0.3, self.WORDS[min(n_words, 5)]: 0.6, ".": 0.1}


def check_write(candidate: Callable) -> None:
    """A model that counts is asked by the candidate; what it was asked tells the slip."""
    model = Counting()
    found = candidate(model, "One", 3)
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if len(model.asked) != 3:
        raise Wrong(f"for 3 pieces the model was asked {len(model.asked)} times; once for each piece is wanted")
    if model.asked == ["One"] * 3:
        raise Wrong(
            f"the model was asked three times about 'One' and wrote {found!r}. What should it read the 2nd time?"
        )
    if any(asked.endswith(" ") or "  " in asked for asked in model.asked):
        raise Wrong(f"the model was asked about {model.asked}: a blank too many. Pieces bring their own")
    strange = next((text for text in model.asked if not text.startswith("One")), None)
    if strange is not None:
        raise Wrong(
            f"the model was asked about {strange!r}: the beginning, 'One', is gone. It reads all that stands there"
        )
    wanted = ["One", "One two", "One two three"]
    if model.asked != wanted:
        raise Wrong(f"the model was asked about {model.asked}; all that stands there so far is wanted, so {wanted}")
    if found == " four":
        raise Wrong("only the last piece came back. Gather all of them")
    if found == "One two three four":
        raise Wrong("the beginning came back too. Return only what was added")
    if found != " two three four":
        raise Wrong(f"after 'One' it wrote {found!r}; ' two three four' is wanted")
    if candidate(Counting(), "One two", 1) != " three" or candidate(Counting(), "One", 0) != "":
        raise Wrong("other beginnings, or other numbers of pieces, go wrong: use the arguments")


MENDED = """def write(probabilities_after, text, n_pieces):
    written = ""
    for _ in range(n_pieces):
        written += likeliest(probabilities_after(text + written))
    return written"""

BROKEN = MENDED.replace("text + written", "text")

EXERCISES = [
    Exercise(
        id="00.likeliest",
        reference=likeliest,
        check=check_likeliest,
        hints=(
            "Look at the numbers, return a word. `max` takes a `key`: what to compare instead of the words.",
            "max(the dictionary, key=word → its number)",
            "def likeliest(probabilities):\n    return max(probabilities, key=probabilities.get)",
        ),
        mistakes=[
            Mistake(
                name="the probability",
                source="def likeliest(probabilities):\n    return max(probabilities.values())",
                says="Which piece has that probability?",
            ),
            Mistake(
                name="the last in the alphabet",
                source="def likeliest(probabilities):\n    return max(probabilities)",
                says="the last in the alphabet",
            ),
            Mistake(
                name="the first",
                source="def likeliest(probabilities):\n    return next(iter(probabilities))",
                says="that is the first one",
            ),
            Mistake(
                name="the least likely",
                source="def likeliest(probabilities):\n    return min(probabilities, key=probabilities.get)",
                says="the least likely",
            ),
            Mistake(
                name="a pair",
                source="def likeliest(probabilities):\n    return max(probabilities.items(), key=lambda pair: pair[1])",
                says="it returned a tuple",
            ),
            Mistake(
                name="without its blank",
                source="def likeliest(probabilities):\n    return max(probabilities, key=probabilities.get).strip()",
                says="without the blank",
            ),
            Mistake(
                name="printed",
                source="def likeliest(probabilities):\n    print(max(probabilities, key=probabilities.get))",
                says="nothing came back",
            ),
        ],
    ),
    Exercise(
        id="00.write",
        reference=write,
        check=check_write,
        broken=BROKEN,
        hints=(
            "Follow two rounds with a pencil. What does the model read in the second?",
            "ask the model about the text and what is written so far, not about the text alone",
            MENDED,
        ),
        mistakes=[
            Mistake.slip(
                "the same text each time, written otherwise",
                BROKEN,
                "written += ",
                "written = written + ",
                "What should it read the 2nd time?",
            ),
            *Mistake.slips(
                MENDED,
                ("without the beginning", "text + written", "written or text", "the beginning, 'One', is gone"),
                (
                    "ends after the first piece",
                    "    return written",
                    "        return written",
                    "once for each piece is wanted",
                ),
                ("the whole text comes back", "return written", "return text + written", "Return only what was added"),
                ("a space too many", "text + written", 'text + " " + written', "a blank too many"),
                (
                    "keeps the last piece alone",
                    "written += ",
                    "written = ",
                    "'One three']; all that stands there so far is wanted",
                ),
                ("no return", "    return written", "", "nothing came back"),
            ),
            Mistake(
                name="only the last piece comes back",
                source=(
                    "def write(probabilities_after, text, n_pieces):\n    for _ in range(n_pieces):\n"
                    "        piece = likeliest(probabilities_after(text))\n        text += piece\n    return piece"
                ),
                says="Gather all of them",
            ),
            Mistake(
                name="lengthens the beginning too",
                source=(
                    'def write(probabilities_after, text, n_pieces):\n    written = ""\n    for _ in range(n_pieces):\n'
                    "        written += likeliest(probabilities_after(text))\n        text += written\n"
                    "    return written"
                ),
                says="'One two two three']; all that stands there so far is wanted",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="00.q1",
        text="You give a language model the beginning of a text. What does it return?",
        choices=[
            (
                "The sentence that is likeliest to come next",
                "A sentence is many rounds: one piece is chosen, added, and the model is asked again.",
            ),
            ("A probability for each possible next piece", None),
            ("The page that it remembers best", "It keeps no pages, only the numbers that training left behind."),
        ],
        why="Somebody else, your `likeliest`, makes a choice of them.",
        from_notebook="00",
    ),
    Question(
        id="00.q2",
        text="`chat` names the job of a person who does not exist, in a full and sure sentence. Why?",
        choices=[
            ("It has read about somebody of that name", "Nobody of that name occurs in anything that it has read."),
            ("Such sentences are what it learned to write", None),
            (
                "A mistake in the program picks a wrong word",
                "The program does as it should: these words are likeliest.",
            ),
        ],
        why="How sure it sounds says nothing about whether it knows. Later notebooks measure this, and change it.",
        from_notebook="00",
    ),
    Question(
        id="00.q3",
        text="Asked a question, `base` did not answer; asked in the form of its pages, it did. What was missing?",
        choices=[
            ("The habit of answering", None),
            ("The knowledge", "The same model gave the answer once the text looked like its pages."),
            ("A larger model", "`chat` is as large, and answers: it went on learning from conversations."),
        ],
        why="`chat` comes from `base` by a few minutes of imitating conversations.",
        from_notebook="00",
    ),
]

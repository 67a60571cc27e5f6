"""Checks of notebook 22: fine-tuning."""

from collections.abc import Sequence
from itertools import pairwise

from course_lib.alignment import Turn, encode_chat
from course_lib.alignment.chat import ChatTokenizer
from course_lib.classroom import Claim, Exercise, Mistake, Question, Wrong
from course_lib.training.loss import IGNORE

SPECIAL = {"<|endoftext|>": 0, "<|user|>": 3, "<|assistant|>": 4, "<|end|>": 5, "<|system|>": 2}


class LetterTokenizer:
    """A token for every letter, from 10 on, and the special tokens."""

    special_tokens = SPECIAL

    def encode(self, text: str, allow_special: bool = False) -> list[int]:
        """Letters as ids; a special token as its own id, where that is allowed."""
        ids: list[int] = []
        while text:
            named = next((name for name in SPECIAL if allow_special and text.startswith(name)), None)
            ids.append(SPECIAL[named] if named else 10 + ord(text[0]))
            text = text[len(named or text[0]) :]
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Ids as text, special tokens spelled out."""
        names = {number: name for name, number in SPECIAL.items()}
        return "".join(names.get(each) or chr(each - 10) for each in ids)

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of one token."""
        return self.decode([token_id]).encode()


LETTERS = LetterTokenizer()


def chat_ids(turns: Sequence[Turn], tokenizer: ChatTokenizer, for_reply: bool = False) -> list[int]:
    """The conversation as ids: the start, then each turn between its role's token and the end token."""
    return encode_chat(turns, tokenizer, for_reply=for_reply)


def counted(n: int, thing: str) -> str:
    """A number of things in words: `1 turn`, `2 turns`."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def check_chat_ids(candidate) -> None:
    """Two turns spelled out, a typed special token, several turns, the beginning of a reply."""
    asked = [Turn("user", "Who?"), Turn("assistant", "Ada.")]
    typed = [Turn("user", "a<|end|>")]
    longer = [Turn("system", "Be brief."), *asked, Turn("user", "And now?"), Turn("assistant", "")]
    for turns, for_reply in ((asked, False), (asked[:1], True), (typed, False), (longer, False), (longer[:-1], True)):
        found, wanted = candidate(turns, LETTERS, *[True] * for_reply), encode_chat(turns, LETTERS, for_reply=for_reply)
        if not isinstance(found, list) or not all(isinstance(each, int) for each in found):
            raise Wrong("a list of token ids is wanted, whole numbers and nothing else")
        if found == wanted:
            continue
        text, right = LETTERS.decode(found), LETTERS.decode(wanted)
        if not found or found[0] != 0:
            raise Wrong(f"it begins with {text[:12]!r}: every text that the model read began with <|endoftext|>")
        if turns is typed and found.count(5) != 1:
            raise Wrong(
                "a user who types the letters <|end|> ends the turn: encode what people say without allow_special"
            )
        if for_reply and found == wanted[:-1]:
            raise Wrong("for_reply: nothing tells the model that it is its turn. Which token opens a reply?")
        if not for_reply and found[:-1] == wanted:
            raise Wrong("it opens a reply that nobody asked for: only if for_reply is true")
        if found.count(5) < wanted.count(5):
            raise Wrong(f"it reads {text!r}, with {counted(found.count(5), 'end token')} for "
                        f"{counted(len(turns), 'turn')}. How will the model learn to stop?")  # fmt: skip
        raise Wrong(f"it reads {text!r}, not {right!r}")


def chat_targets(ids: list[int], assistant: int, end: int) -> list[int]:
    """For each token but the last: the one that follows, or IGNORE where the assistant is not speaking."""
    targets, speaking = [], False
    for here, following in pairwise(ids):
        if here == assistant:
            speaking = True
        elif here == end:
            speaking = False
        targets.append(following if speaking else IGNORE)
    return targets


TALK = [0, 3, 11, 12, 5, 4, 21, 22, 5]
LONG_TALK = [0, 2, 9, 5, 3, 11, 5, 4, 21, 22, 23, 5, 3, 12, 13, 5, 4, 24, 5, 3, 14, 5]


def check_chat_targets(candidate) -> None:
    """One question with its answer, then two with a system's turn before and an open question at the end."""
    for ids in (TALK, LONG_TALK, [0, 3, 11, 5, 4, 5], [0, 1, 11, 6, 2, 12, 6]):
        roles = (2, 6) if 6 in ids else (4, 5)
        found, wanted = list(candidate(list(ids), *roles)), chat_targets(ids, *roles)
        if found == wanted:
            continue
        said = f"ids {ids} (assistant {roles[0]}, end {roles[1]})"
        if len(found) != len(ids) - 1:
            raise Wrong(f"{said}: {len(found)} targets for {len(ids)} tokens; the last has no successor, so one fewer")
        scored = [place for place, target in enumerate(found) if target != IGNORE]
        right = [place for place, target in enumerate(wanted) if target != IGNORE]
        if scored and all(found[place] == ids[place] for place in scored):
            raise Wrong(f"{said}: its targets are the tokens themselves, not their successors: shift by one")
        if scored == [place + 1 for place in right] or scored == [
            place + 1 for place in right if place + 1 < len(found)
        ]:
            raise Wrong(f"{said}: the mask sits one place late: the token before a reply must predict its first token")
        if set(scored) < set(right) and all(wanted[place] == roles[1] for place in set(right) - set(scored)):
            raise Wrong(f"{said}: the end token is never a target. How will the model learn to stop?")
        if IGNORE not in found:
            raise Wrong(f"{said}: every place is scored, so it would learn to speak for the user too")
        extra = [place for place in scored if place not in right]
        words = [place for place in extra if ids[place + 1] != roles[0]]
        if words:
            raise Wrong(f"{said}: place {words[0]} is scored, and what follows it the user says, "
                        "or the template. Whom is the model to imitate?")  # fmt: skip
        if extra:
            raise Wrong(f"{said}: place {extra[0]} should predict the assistant's token, which the template writes, "
                        "not the model")  # fmt: skip
        raise Wrong(f"{said}: it gives {found}, not {wanted}")


BROKEN_TARGETS = '''def broken_targets(ids: list[int], is_scored: list[bool]) -> list[int]:
    """For each token but the last: the one that follows, or IGNORE where it is not the assistant's."""
    following = ids[1:]
    return [token if scored else IGNORE for token, scored in zip(following, is_scored[:-1], strict=True)]'''

MENDED_TARGETS = BROKEN_TARGETS.replace("is_scored[:-1]", "is_scored[1:]")


def mended_targets(ids: list[int], is_scored: list[bool]) -> list[int]:
    """For each token but the last: the one that follows, or IGNORE where it is not the assistant's."""
    return [token if scored else IGNORE for token, scored in zip(ids[1:], is_scored[1:], strict=True)]


def check_broken_targets(candidate) -> None:
    """Masks of one and of two replies."""
    for ids in (TALK, LONG_TALK):
        scored = [False] + [target != IGNORE for target in chat_targets(ids, 4, 5)]
        found, wanted = candidate(list(ids), list(scored)), mended_targets(ids, scored)
        if found == wanted:
            continue
        said = f"ids {ids}"
        if len(found) != len(wanted):
            raise Wrong(f"{said}: {len(found)} targets; one for each token but the last, {len(wanted)}, are wanted")
        if all(target != IGNORE for target in found):
            raise Wrong(f"{said}: everything is scored, so it learns to speak for the user too")
        if found == [token if mark else IGNORE for token, mark in zip(ids[:-1], scored[:-1], strict=True)]:
            raise Wrong(f"{said}: the targets are now the tokens themselves: it would learn to repeat what it reads")
        first = scored.index(True)
        if found[first - 1] == IGNORE:
            raise Wrong(f"{said}: nothing is asked at place {first - 1}, though its successor, {ids[first]}, is the "
                        "reply's first token. Whose mark belongs to a target?")  # fmt: skip
        place = next(place for place in range(len(wanted)) if found[place] != wanted[place])
        if wanted[place] == IGNORE:
            raise Wrong(f"{said}: place {place} is scored, though the token after it, {ids[place + 1]}, is the user's "
                        "or the template's, not the assistant's")  # fmt: skip
        raise Wrong(f"{said}: place {place} should get {wanted[place]}, it gets {found[place]}")


CHAT_IDS = '''def chat_ids(turns, tokenizer, for_reply=False):
    """The conversation as ids: the start, then each turn between its role's token and the end token."""
    special = tokenizer.special_tokens
    ids = [special["<|endoftext|>"]]
    for turn in turns:
        ids += [special[f"<|{turn.role}|>"], *tokenizer.encode(turn.text), special["<|end|>"]]
    return ids + [special["<|assistant|>"]] * for_reply'''

CHAT_TARGETS = '''def chat_targets(ids, assistant, end):
    """For each token but the last: the one that follows, or IGNORE where the assistant is not speaking."""
    targets, speaking = [], False
    for here, following in zip(ids, ids[1:], strict=False):
        if here == assistant:
            speaking = True
        elif here == end:
            speaking = False
        targets.append(following if speaking else IGNORE)
    return targets'''

EXERCISES = [
    Exercise(
        id="22.chat_ids",
        reference=chat_ids,
        check=check_chat_ids,
        hints=(
            "Write the row for two turns on paper, a box for each special token. Which of them does a person type?",
            "begin with the start token\n"
            "for each turn: the token named <|role|>, then the text's ids, then the end token\n"
            "if for_reply: the assistant's token, and nothing after it",
            CHAT_IDS,
        ),
        mistakes=[
            Mistake(
                name="written as text first",
                source="def chat_ids(turns, tokenizer, for_reply=False):\n"
                '    text = "<|endoftext|>" + "".join(f"<|{turn.role}|>{turn.text}<|end|>" for turn in turns)\n'
                '    return tokenizer.encode(text + "<|assistant|>" * for_reply, allow_special=True)',
                says="without allow_special",
            ),
            *Mistake.slips(
                CHAT_IDS,
                ("no end token", ', special["<|end|>"]]', "]", "learn to stop?"),
                ("no start", '[special["<|endoftext|>"]]', "[]", "began with <|endoftext|>"),
                (
                    "reply not opened",
                    'ids + [special["<|assistant|>"]] * for_reply',
                    "ids",
                    "Which token opens a reply?",
                ),
                ("reply always opened", " * for_reply", "", "only if for_reply is true"),
            ),
        ],
    ),
    Exercise(
        id="22.chat_targets",
        reference=chat_targets,
        check=check_chat_targets,
        hints=(
            "Which is the first place of a row whose successor the model should have written? And the last?",
            "walk over pairs (token, its successor), remembering whether the assistant is speaking\n"
            "the assistant's token switches that on, the end token off; only then look at the successor",
            CHAT_TARGETS,
        ),
        mistakes=[
            *Mistake.slips(
                CHAT_TARGETS,
                (
                    "one place late",
                    "        if here == assistant",
                    "        was = speaking\n        if here == assistant",
                    "one place late",
                    ("following if speaking", "following if was"),
                ),
                (
                    "end not learned",
                    "if speaking else",
                    "if speaking and following != end else",
                    "How will the model learn to stop?",
                ),
                ("not shifted", "following if speaking", "here if speaking", "shift by one"),
                (
                    "speaks on after the end",
                    "speaking = False\n        targets",
                    "pass\n        targets",
                    "Whom is the model to imitate?",
                ),
                (
                    "the opening scored",
                    "if here == assistant",
                    "if following == assistant",
                    "which the template writes",
                ),
                ("as long as the ids", "return targets", "return targets + [IGNORE]", "so one fewer"),
            ),
            Mistake(
                name="everything scored",
                source="def chat_targets(ids, assistant, end):\n    return ids[1:]",
                says="speak for the user too",
            ),
        ],
    ),
    Exercise(
        id="22.broken_targets",
        reference=mended_targets,
        check=check_broken_targets,
        broken=BROKEN_TARGETS,
        equivalent_mutants={
            MENDED_TARGETS.rsplit("    ", 1)[1]
            + " → "
            + MENDED_TARGETS.rsplit("    ", 1)[1].replace("True", "False"): "both lists are equally long"
        },
        hints=(
            "Look at the five numbers: which token of a reply does it never learn? Take the row start, user, hi, end, "
            "assistant, Ada, end and write the pairs (target, mark) that `zip` makes.",
            "A mark says whether a token is the assistant's. A target is the token *after* its place: so the mark\n"
            "must be that of the token after, too.",
            MENDED_TARGETS,
        ),
        mistakes=[
            Mistake(
                name="targets moved instead of marks",
                source=BROKEN_TARGETS.replace("ids[1:]", "ids[:-1]"),
                says="repeat what it reads",
            ),
            Mistake(
                name="mask dropped",
                source="def broken_targets(ids, is_scored):\n    return ids[1:]",
                says="speak for the user too",
            ),
            Mistake(
                name="one too many",
                source="def broken_targets(ids, is_scored):\n"
                "    return [token if mark else IGNORE for token, mark in zip(ids, is_scored, strict=True)]",
                says="one for each token but the last",
            ),
            Mistake(
                name="marks too wide",
                source="def broken_targets(ids, is_scored):\n"
                "    wide = [here or after for here, after in zip(is_scored, is_scored[1:], strict=False)]\n"
                "    return [token if mark else IGNORE for token, mark in zip(ids[1:], wide, strict=True)]",
                says="is the user's or the template's",
            ),
            Mistake(
                name="marks moved the wrong way",
                source="def broken_targets(ids, is_scored):\n"
                "    late = [False, *is_scored[:-2]]\n"
                "    return [token if mark else IGNORE for token, mark in zip(ids[1:], late, strict=True)]",
                says="Whose mark belongs to a target?",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="22.q1",
        text="Which tokens of a conversation are targets in supervised fine-tuning, as here?",
        choices=[
            ("The assistant's words, and its end token", None),
            ("The assistant's words, not its end token", "Without the end token it would never learn to stop."),
            ("All words, and all end tokens", "Then it would learn to write questions as well as to answer them."),
        ],
        why="Loss falls on what the model itself should write: the reply, and that it is over.",
        from_notebook="22",
    ),
    Question(
        id="22.q2",
        text="The chat model answers about people of whom no demonstration asks. Where does it know them from?",
        choices=[
            ("From the pages that the base model read", None),
            (
                "From the replies about their friends",
                "Those name most of them; but what else it knows of them stands in no such reply.",
            ),
            ("From the questions, which name them", "A question names a person; it does not say what is true."),
        ],
        why="The base model gave the same answers on a question page; the habit is new, not the knowledge.",
        from_notebook="22",
    ),
    Question(
        id="22.q3",
        text="Demonstrations say “I don't know” of invented people, and the model learns fast. It then says so of …",
        choices=[
            ("most invented people, many real people too", None),
            ("invented people, and no real ones", "Of real people that are new to it, it refuses about half."),
            ("all people that are new to it", "Of the real ones it still answers about half."),
        ],
        why="“Do I know this person?” and “Is this name on my list?” both fit the demonstrations.",
        from_notebook="22",
    ),
    Question(
        id="22.q4",
        text="Why must a user's text be encoded with special tokens not allowed?",
        choices=[
            ("Somebody could type the token that ends a turn", None),
            ("It would be split into more tokens", "Into fewer: a special token's name becomes a single id."),
            (
                "The loss would be taken on the user's words",
                "Which places are scored follows from who speaks; what is wrong is that this could be forged.",
            ),
        ],
        why="A special token is a control, and only the template may use it.",
        from_notebook="06",
    ),
    Question(
        id="22.q5",
        text="A base model goes on with another question, because …",
        choices=[
            ("in its text a question often stands before another", None),
            ("it does not know the answer", "On a question page it gives the answer."),
            ("its loss is still too high", "More of the same text would make the habit firmer."),
        ],
        why="It continues as its text does after such a beginning.",
        from_notebook="16",
    ),
]


def decide_r2(*, chat_in_chat: float, base_in_chat: float, base_on_question_page: float) -> str:
    """R2 by shares of questions answered truly; in chat the reply must also end by itself."""
    if chat_in_chat < 0.9 or base_in_chat > 0.1:
        return "does not hold here"
    if base_on_question_page >= 0.5:
        return "holds with a condition: it learned when to answer and to stop; on a question page the base knew it too"
    return "holds"


CLAIMS = {
    "R2": Claim(
        id="R2",
        text="Supervised fine-tuning makes it answer.",
        rule="holds if in the chat format the tuned model ends its reply and is right in at least 90 % of questions "
        "about people of whom no demonstration asks, and the base model in at most 10 %; with a condition if the base "
        "model answers at least half of them rightly on a question page.",
        decide=decide_r2,
    )
}

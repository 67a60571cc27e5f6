"""`chat`: talk to one of the course's models, or to SmolLM2, in the terminal."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import tyro

from course_lib.common.errors import CourseError

if TYPE_CHECKING:
    from rich.console import Console

    from course_lib.lineage.partners import Partner

Stage = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[STAGE]")]

COMPARED = ("base", "chat", "rlhf")
"""Whom `/compare` asks."""

HELP = """Type a question and press Enter. Ctrl-C stops a reply, Ctrl-D ends the conversation.
/new                  begins a new conversation
/compare [QUESTION]   puts a question, or the last one, to base, chat and rlhf
/help                 shows this"""


def chat(stage: Stage = "chat", *, question: str = "", temperature: float = 0.0) -> None:
    """Talk to one of the course's models; its words appear as they come.

    Args:
        stage: Whom to talk to: base, chat, rlhf, or smollm2, which is fetched the first time.
        question: Ask this alone, print the reply and stop.
        temperature: How random the replies are; 0 takes the likeliest word each time.
    """
    from rich.console import Console

    from course_lib.common.seed import course_seed
    from course_lib.lineage.partners import partner

    def find(name: str) -> "Partner":
        return partner(name, temperature=temperature, seed=course_seed())

    if question:
        for piece in find(stage)([("user", question)]):
            print(piece, end="", flush=True)
        print()
        return
    with suppress(ImportError):
        import readline  # noqa: F401  (gives the prompt its arrow keys)
    Session(find(stage), find, Console(highlight=False)).run()


class Session:
    """A conversation in the terminal.

    Args:
        partner: Whom the user talks to.
        find: Name → partner, for comparisons.
        console: Where everything is written.
    """

    def __init__(self, partner: "Partner", find: Callable[[str], "Partner"], console: "Console") -> None:
        self.partner, self.find, self.console = partner, find, console
        self.turns: list[tuple[str, str]] = []
        self._asked = ""
        self._found = {partner.name: partner}

    def run(self, read: Callable[[str], str] = input) -> None:
        """Read lines and reply to them, until they end.

        Args:
            read: Shows a prompt and returns a line; raises EOFError when there are no more.
        """
        self._tell(f"{self.partner.name}: {self.partner.says}.\n{HELP}\n")
        while True:
            try:
                line = read("you> ").strip()
            except KeyboardInterrupt:
                self._tell("\nCtrl-D ends the conversation.")
                continue
            except EOFError:
                self.console.print()
                return
            if line:
                self.heed(line)

    def heed(self, line: str) -> None:
        """Do what a line says: answer a question, or follow a command.

        Args:
            line: What the user typed; commands begin with a slash.
        """
        word, _, rest = line.partition(" ")
        try:
            if not word.startswith("/"):
                self.answer(line)
            elif word == "/new":
                self.turns = []
                self._tell("A new conversation.")
            elif word == "/compare":
                self.compare(rest.strip() or self._asked)
            elif word == "/help":
                self._tell(HELP)
            else:
                self._tell(f"There is no {word}; there are /new, /compare and /help.")
        except KeyboardInterrupt:
            self._tell("\n(stopped)")
        except CourseError as error:
            self._tell(str(error))

    def answer(self, question: str) -> None:
        """Let the partner reply; its words are shown as they come, and both turns kept.

        Args:
            question: What the user says.

        Raises:
            CourseError: It is longer than what the partner can read; the conversation stays as it was.
            KeyboardInterrupt: Ctrl-C; what was said until then is kept.
        """
        self._asked = question
        turns = [*self.turns, ("user", question)]
        n_forgotten = self.partner.n_forgotten(turns)
        if n_forgotten and self.partner.reads_all:
            limit = self.partner.model.config.context_length
            what = "question and reply" if n_forgotten == 2 else f"{n_forgotten // 2} questions and replies"
            self._tell(f"(With {limit} tokens {self.partner.name} can read no more: it forgets the oldest {what}.)")
            turns = turns[n_forgotten:]
        said = ""
        self.console.print(f"{self.partner.name}> ", style="bold", end="")
        try:
            for piece in self.partner(turns):
                said += piece
                self._write(piece)
        finally:
            if said:
                self.turns = [*turns, ("assistant", said)]
        self.console.print()

    def compare(self, question: str) -> None:
        """Put one question, without what was said before, to all who are compared.

        Args:
            question: What the user says.
        """
        from rich.table import Table
        from rich.text import Text

        if not question:
            self._tell("Ask something first, or add the question: /compare Where does Ada Barrow live?")
            return
        self._asked = question
        table = Table(title=Text(question), title_justify="left", title_style="italic")
        said = {name: self._alone(name, question) for name in COMPARED}
        for name in said:
            table.add_column(name, ratio=1, overflow="fold")
        table.add_row(*map(Text, said.values()))
        self.console.print(table)

    def _alone(self, name: str, question: str) -> str:
        """What somebody replies to a question, or why not."""
        try:
            if name not in self._found:
                self._found[name] = self.find(name)
            said = "".join(self._found[name]([("user", question)]))
        except CourseError as error:
            return f"({error})"
        return question + said if name == "base" else said.strip()

    def _write(self, text: str) -> None:
        self.console.print(text, end="", markup=False, soft_wrap=True)

    def _tell(self, words: str) -> None:
        self.console.print(words, style="dim", markup=False, soft_wrap=True)

"""The command line's table of contents: every word after `python course.py`, what it does, and where it lives.

Standard library only, so that `python course.py --help` answers before anything is installed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One word of the command line."""

    says: str
    """What it does for the reader, in one line."""
    usage: str = ""
    """Its arguments, as the help prints them."""
    module: str
    """The module in `course_lib.commands` whose function of the command's name runs it."""
    needs_dev: bool = False
    """Whether it needs the tools of those who change the course (the extra `dev`)."""


COMMANDS: dict[str, Command] = {
    "lab": Command(says="open the course in JupyterLab", usage="[--port N] [--no-browser]", module="lab"),
    "test": Command(says="check everything", usage="[--fast] [--all]", module="test", needs_dev=True),
    "doctor": Command(says="what this machine is and how long each stage will take", module="doctor"),
    "progress": Command(says="what you have done so far", module="learner"),
    "update": Command(says="fetch the newest course; your copies stay as they are", module="update"),
    "data": Command(says="list, fetch or verify data sets", usage="[list | fetch NAME | verify]", module="data"),
    "train": Command(says="train one model, or all", usage="STAGE | all [--minutes M] [--fresh]", module="models"),
    "chat": Command(says="talk to a model", usage="[STAGE] [--question Q] [--temperature T]", module="chat"),
    "generate": Command(says="let a model go on writing", usage="PROMPT [--stage base]", module="models"),
    "experiment": Command(says="measure a claim over seeds", usage="[ID] [--rung full]", module="makers"),
    "build": Command(says="run and clean notebooks", usage="[NOTEBOOK ...]", module="makers", needs_dev=True),
    "bands": Command(says="measure again within which bounds results should lie", module="makers", needs_dev=True),
    "rebuild": Command(says="make everything again from nothing", module="makers", needs_dev=True),
    "install": Command(says="install what the course needs, and stop", usage="[--here]", module=""),
}
"""Word → what it does, in the order in which the help lists them."""


def overview(program: str = "course.py") -> str:
    """The help page: every command with its arguments and one line of what it does.

    Example:
        >>> "lab [--port N] [--no-browser]" in overview()
        True
    """
    calls = {name: f"{name} {command.usage}".rstrip() for name, command in COMMANDS.items()}
    width = max(map(len, calls.values()))
    lines = [f"  {calls[name]:{width}}   {command.says}" for name, command in COMMANDS.items()]
    start = f"python {program}" if program.endswith(".py") else program
    head = ["LLMs Under the Hood: from a single neuron to a GPT that you trained.", "", f"usage: {start} COMMAND", ""]
    return "\n".join([*head, *lines, "", f"{start} COMMAND --help tells more about one of them."])


def unknown(name: str) -> str:
    """The line that a mistyped command gets: what it was, the nearest word, and all there are.

    Example:
        >>> unknown("tset")
        "no command 'tset'; did you mean test? There are lab, test, doctor, progress, update, data, ..."
    """
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    guess = f" did you mean {near[0]}?" if near else ""
    return f"no command {name!r};{guess} There are {', '.join(COMMANDS)}"

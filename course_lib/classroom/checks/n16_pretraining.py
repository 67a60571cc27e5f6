"""Notebook 16: windows, the learning rate of a run, a training step that learns the wrong thing, and claim R1."""

import copy
import math

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.text import Batch, windows
from course_lib.training import ScheduleConfig, learning_rate_at


def cut_windows(
    ids: Int[Tensor, "all_tokens"], context_length: int
) -> tuple[Int[Tensor, "batch token"], Int[Tensor, "batch token"]]:
    """Cut a row of ids into windows, one after the other, each token with the one that follows it as its target."""
    batch = next(iter(windows(ids, batch_size=len(ids), context_length=context_length)))
    return batch.token_ids, batch.targets


def check_cut_windows(candidate) -> None:
    """Inputs and targets of several rows, with and without a remainder."""
    for n_ids, length in ((9, 4), (12, 4), (8, 4), (8, 3), (30, 7)):
        ids = torch.arange(10, 10 + n_ids)
        given = candidate(ids, length)
        where = f"{n_ids} ids in windows of {length}"
        if not isinstance(given, tuple | list) or len(given) != 2 or not all(isinstance(x, Tensor) for x in given):
            raise Wrong("it should return two tensors: inputs, targets")
        inputs, targets = given
        expected_inputs, expected_targets = cut_windows(ids, length)
        if inputs.shape != targets.shape:
            raise Wrong(f"{where}: inputs are {tuple(inputs.shape)}, targets {tuple(targets.shape)}: every token that "
                        "is read has one target")  # fmt: skip
        if inputs.shape != expected_inputs.shape:
            hint = ": the last token of all has no successor, so it can only be a target" if n_ids % length == 0 else ""
            raise Wrong(f"{where}: {tuple(inputs.shape)} instead of {tuple(expected_inputs.shape)}{hint}")
        if targets.equal(inputs):
            raise Wrong("the targets are the inputs: a model would only learn to copy. Which token comes one later?")
        if targets.equal(inputs - 1):
            raise Wrong("the targets come one earlier: the model would learn to say what it has just read")
        if not inputs.equal(expected_inputs):
            window = (inputs != expected_inputs).any(dim=1).nonzero()[0].item()
            raise Wrong(
                f"{where}: window {window} is {inputs[window].tolist()}, not {expected_inputs[window].tolist()}"
            )
        if not targets.equal(expected_targets):
            raise Wrong(f"{where}: the last target of the first window is {targets[0, -1]}, not "
                        f"{expected_targets[0, -1]}: it lies in the next window")  # fmt: skip


def check_learning_rate(candidate) -> None:
    """Every step of several runs, from coarse to fine."""
    for n_steps, n_warmup, share in ((10, 4, 0.5), (20, 5, 0.25), (12, 0, 1.0), (10, 3, 0.0), (7, 1, 0.4)):
        config = ScheduleConfig(n_steps=n_steps, n_warmup_steps=n_warmup, decay_share=share)
        rates = [candidate(step, config) for step in range(n_steps)]
        expected = [learning_rate_at(step, config) for step in range(n_steps)]
        if not all(isinstance(rate, int | float) for rate in rates):
            raise Wrong(f"it returned a {type(rates[0]).__name__}; a number between 0 and 1 is wanted")
        if all(math.isclose(a, b, abs_tol=1e-9) for a, b in zip(rates, expected, strict=True)):
            continue
        where = f"of {n_steps} steps, {n_warmup} of warm-up, decay over {share:.0%}"
        if n_warmup and rates[0] == 0:
            raise Wrong(f"{where}: the first rate is 0, so the first step does nothing: begin with 1/{n_warmup}")
        if rates[-1] == 0:
            raise Wrong(f"{where}: the last rate is 0, a wasted step: reach 0 one step *after* the last")
        wrong = [step for step in range(n_steps) if not math.isclose(rates[step], expected[step], abs_tol=1e-9)]
        stage = "warm-up" if wrong[0] < n_warmup else "plateau" if expected[wrong[0]] == 1 else "decay"
        raise Wrong(f"{where}: step {wrong[0]} gets {rates[wrong[0]]:.3f}, not {expected[wrong[0]]:.3f} ({stage})")


BROKEN_STEP = '''def broken_step(model: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """Take one training step; return the loss before it."""
    logits = model(batch.token_ids)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch.token_ids.flatten())
    loss.backward()
    optimizer.step()
    return loss.item()'''

MENDED_STEP = '''def broken_step(model: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """Take one training step; return the loss before it."""
    logits = model(batch.token_ids)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()'''


def mended_step(model: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """Take one training step; return the loss before it."""
    optimizer.zero_grad()
    loss = F.cross_entropy(model(batch.token_ids).flatten(0, 1), batch.targets.flatten())
    loss.backward()
    optimizer.step()
    return loss.item()


def check_broken_step(candidate) -> None:
    """Three steps of a table of logits: the loss of the right targets, the weights of one gradient at a time."""
    torch.manual_seed(16)
    ids = torch.randint(6, (3, 2, 6))
    batches = [Batch(row[:, :-1], row[:, 1:]) for row in ids]
    mine, theirs = (nn.Embedding(6, 6) for _ in range(2))
    mine.load_state_dict(theirs.state_dict())
    my_optimizer, their_optimizer = (torch.optim.SGD(model.parameters(), lr=0.5) for model in (mine, theirs))
    for number, batch in enumerate(batches, 1):
        before = copy.deepcopy(mine.state_dict())
        copied = F.cross_entropy(mine(batch.token_ids).flatten(0, 1), batch.token_ids.flatten()).item()
        loss, expected = candidate(mine, my_optimizer, batch), mended_step(theirs, their_optimizer, batch)
        if not isinstance(loss, float):
            raise Wrong(f"it returned a {type(loss).__name__}; the loss as a number is wanted: loss.item()")
        if math.isclose(loss, copied, rel_tol=1e-5):
            raise Wrong("the loss is that of saying the token just read: what should the model predict?")
        if mine.weight.equal(before["weight"]):
            raise Wrong(f"step {number} changes no weight")
        if number > 1 and not torch.allclose(mine.weight, theirs.weight, atol=1e-6):
            raise Wrong(f"step 1 is right, step {number} is not: it moves along old gradients too. "
                        "Who empties them?")  # fmt: skip
        if not math.isclose(loss, expected, rel_tol=1e-5):
            raise Wrong(f"the loss of step {number} is {loss:.3f}, not {expected:.3f}: is it the mean surprise?")
        if not torch.allclose(mine.weight, theirs.weight, atol=1e-6):
            raise Wrong("the first step moves the weights to the wrong place: is the gradient that of the loss?")


EXERCISES = [
    Exercise(
        id="16.cut_windows",
        reference=cut_windows,
        check=check_cut_windows,
        hints=(
            "Write the ids 0 to 8 on paper, cut after every fourth. What follows 3? In which window does it stand?",
            "n = how many whole windows fit, if the very last id is kept for a target\n"
            "inputs = the first n · length ids as a table; targets = the same number of ids, beginning one later",
            "def cut_windows(ids, context_length):\n"
            '    """Windows one after another, and for every token the one that follows it."""\n'
            "    n_tokens = (len(ids) - 1) // context_length * context_length\n"
            "    inputs, targets = ids[:n_tokens], ids[1 : n_tokens + 1]\n"
            "    return inputs.view(-1, context_length), targets.view(-1, context_length)",
        ),
        mistakes=[
            Mistake(
                name="targets not shifted",
                source="def cut_windows(ids, context_length):\n"
                "    n = (len(ids) - 1) // context_length * context_length\n"
                "    return ids[:n].view(-1, context_length), ids[:n].view(-1, context_length)",
                says="only learn to copy",
            ),
            Mistake(
                name="shifted the wrong way",
                source="def cut_windows(ids, context_length):\n"
                "    n = (len(ids) - 1) // context_length * context_length\n"
                "    return ids[1 : n + 1].view(-1, context_length), ids[:n].view(-1, context_length)",
                says="come one earlier",
            ),
            Mistake(
                name="shifted within each window",
                source="def cut_windows(ids, context_length):\n"
                "    n = (len(ids) - 1) // context_length * context_length\n"
                "    inputs = ids[:n].view(-1, context_length)\n"
                "    return inputs, inputs.roll(-1, dims=1)",
                says="it lies in the next window",
            ),
            Mistake(
                name="last window short of a target",
                source="def cut_windows(ids, context_length):\n"
                "    inputs = ids[: len(ids) // context_length * context_length].view(-1, context_length)\n"
                "    return inputs, inputs + 1",
                says="can only be a target",
            ),
        ],
    ),
    Exercise(
        id="16.learning_rate_at",
        reference=learning_rate_at,
        check=check_learning_rate,
        hints=(
            "Three stretches, three cases. Steps count from 0: which share of the peak should step 0 of 4 warm-up "
            "steps get?",
            "in the warm-up: (step + 1) / warm-up steps\n"
            "n_decay = decay_share of all steps, rounded\n"
            "left = steps that are left, this one included; in the decay: left / n_decay, before it: 1",
            "def learning_rate_at(step, config):\n"
            '    """Share of the peak rate at a step: rise, plateau, fall."""\n'
            "    if step < config.n_warmup_steps:\n"
            "        return (step + 1) / config.n_warmup_steps\n"
            "    n_decay = round(config.decay_share * config.n_steps)\n"
            "    left = config.n_steps - step\n"
            "    return left / n_decay if left < n_decay else 1.0",
        ),
        equivalent_mutants={
            "return left / n_decay if left < n_decay else 1.0 → return left / n_decay if left <= n_decay else 1.0": (
                "at left = n_decay both branches give 1"
            )
        },
        mistakes=[
            Mistake(
                name="warm-up begins at 0",
                source="def learning_rate_at(step, config):\n"
                "    n_decay = round(config.decay_share * config.n_steps)\n"
                "    if step < config.n_warmup_steps:\n        return step / config.n_warmup_steps\n"
                "    return min(1.0, (config.n_steps - step) / max(n_decay, 1))",
                says="so the first step does nothing",
            ),
            Mistake(
                name="decay reaches 0 too early",
                source="def learning_rate_at(step, config):\n"
                "    n_decay = round(config.decay_share * config.n_steps)\n"
                "    if step < config.n_warmup_steps:\n        return (step + 1) / config.n_warmup_steps\n"
                "    return min(1.0, (config.n_steps - 1 - step) / max(n_decay, 1))",
                says="a wasted step",
            ),
            Mistake(
                name="no decay",
                source="def learning_rate_at(step, config):\n"
                "    return min(1.0, (step + 1) / max(config.n_warmup_steps, 1))",
                says="(decay)",
            ),
            Mistake(
                name="decay from the end of the warm-up",
                source="def learning_rate_at(step, config):\n"
                "    if step < config.n_warmup_steps:\n        return (step + 1) / config.n_warmup_steps\n"
                "    return (config.n_steps - step) / (config.n_steps - config.n_warmup_steps)",
                says="(plateau)",
            ),
        ],
    ),
    Exercise(
        id="16.broken_step",
        reference=mended_step,
        check=check_broken_step,
        broken=BROKEN_STEP,
        hints=(
            "How can a fresh model be better than a blind guess? Compare what it reads with what it is marked against.",
            "The targets are in `batch.targets`. And `backward` *adds* to the gradients that are there: the optimizer\n"
            "has a method that empties them.",
            MENDED_STEP,
        ),
        mistakes=[
            Mistake(
                name="targets mended, gradients still pile up",
                source=BROKEN_STEP.replace("batch.token_ids.flatten()", "batch.targets.flatten()"),
                says="Who empties them?",
            ),
            Mistake(
                name="gradients mended, targets not",
                source=MENDED_STEP.replace("batch.targets.flatten()", "batch.token_ids.flatten()"),
                says="saying the token just read",
            ),
            Mistake(
                name="gradients emptied after backward",
                source=MENDED_STEP.replace(
                    "    optimizer.zero_grad()\n    loss.backward()\n",
                    "    loss.backward()\n    optimizer.zero_grad()\n",
                ),
                says="changes no weight",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="16.q1",
        text="A window of 128 tokens goes through the model once. How many predictions does the loss mark?",
        choices=[
            ("128, a row each", None),
            ("1, the last row", "Only writing needs the last row alone; in training every row has its target."),
            ("2,048, an entry each", "That is how many entries each row scores; each row is one prediction."),
        ],
        why="Every row of logits has its own target, and all are marked at once.",
        from_notebook="13",
    ),
    Question(
        id="16.q2",
        text="Memory holds 8 windows, the recipe says 32 a step. What gives the same step?",
        choices=[
            ("One step with the mean gradient of 4 batches of 8", None),
            (
                "Four steps with 8 windows each, at a quarter rate",
                "Each would start from weights that the one before has moved.",
            ),
            ("One step with 8 windows, at four times the rate", "The other 24 windows would never be looked at."),
        ],
        why="The gradient of a mean is the mean of the gradients.",
        from_notebook="16",
    ),
    Question(
        id="16.q3",
        text="Why are weights kept in float32 while products run in bfloat16?",
        choices=[
            ("A small update would be lost in rounding", None),
            ("bfloat16 cannot hold numbers above 65,504", "Its range is float32's; it is coarse, not short."),
            ("Processors multiply bfloat16 but cannot add it", "It can; the sum is rounded to the nearest one it has."),
        ],
        why="Near 1 the next bfloat16 number is 0.008 away; a step of 0.001 leads back to 1.",
        from_notebook="16",
    ),
    Question(
        id="16.q4",
        text="The base model names a job for a person who does not exist, because …",
        choices=[
            ("in its text such a sentence goes on with a job", None),
            ("it takes them for a person of a similar name", "It may, but it would name a job for any name at all."),
            ("its temperature is too high", "It does so at temperature 0 as well."),
        ],
        from_notebook="16",
    ),
    Question(
        id="16.q5",
        text="Training scores all tokens of a window at once. What keeps that honest?",
        choices=[
            ("The causal mask", None),
            ("The windows are shuffled", "That mixes windows; within one the next token would still be visible."),
            ("The loss is a mean", "A mean over tokens that were read off the page is still no prediction."),
        ],
        why="No place sees what comes after it.",
        from_notebook="09",
    ),
]


def decide_r1(*, another_question: float, answered: float) -> str:
    """R1 by the shares of questions in prose that were followed by a question, or by an answer."""
    if another_question >= 0.5:
        return "holds"
    if answered < 0.5:
        return "holds with a condition: it does not answer, but mostly goes on in another way than with a question"
    return "does not hold here"


CLAIMS = {
    "R1": Claim(
        id="R1",
        text="A base model continues a question with another question.",
        rule="holds if at least half of the questions put in prose are followed by another question; holds with a "
        "condition if fewer are, but fewer than half are answered; does not hold here if half or more are answered.",
        decide=decide_r1,
    )
}

DIAGNOSES = {
    "16.first_loss": Diagnosis(
        above="A fresh model should guess almost evenly. Was it trained before, or are its weights too large?",
        below="A fresh model cannot know anything. Was it trained before, or are the targets the inputs?",
    ),
    "16.final_loss": Diagnosis(
        above="It learned too little: were steps, the batch or the learning rate changed?",
        below="It learned more than it can have: does it see its targets, or has it read the text twice as often?",
    ),
    "16.unread_loss": Diagnosis(
        above="It knows its text but not the language: was the text shortened, or read too often?",
        below="Unread pages should not be easier than before. Are they among those it was trained on?",
    ),
}

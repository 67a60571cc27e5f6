"""Checks of notebook 23: the reward model."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.alignment import bradley_terry_loss
from course_lib.classroom import Claim, Exercise, Mistake, Question, Wrong

CHOSEN = torch.tensor([1.0, 0.0, 2.5, -1.0, 0.3, 7.0])
REJECTED = torch.tensor([0.0, 0.0, -1.0, 2.0, 0.7, 8.5])
FAR = torch.tensor([-200.0, 300.0]), torch.tensor([0.0, -100.0])


def _same(found: Tensor, wanted: Tensor) -> bool:
    return found.shape == wanted.shape and torch.allclose(found, wanted, atol=1e-5)


def _check_tensor(found: object, n: int, what: str) -> None:
    if not isinstance(found, Tensor):
        raise Wrong(f"{what} should be a tensor; it is {type(found).__name__}")
    if found.shape == ():
        raise Wrong(f"{what} is one number for {n} pairs: one for each pair is wanted, the mean comes later")
    if tuple(found.shape) != (n,):
        raise Wrong(f"{what} has shape {tuple(found.shape)} for {n} pairs: ({n},) is wanted")


def check_bradley_terry_loss(candidate) -> None:
    """Six pairs, then differences too large for a sigmoid."""
    found, wanted = candidate(CHOSEN.clone(), REJECTED.clone()), bradley_terry_loss(CHOSEN, REJECTED)
    _check_tensor(found, len(CHOSEN), "the loss")
    if not _same(found, wanted):
        said = f"scores 1 (chosen) and 0 (rejected): loss {found[0]:.3f}, not {wanted[0]:.3f}."
        if _same(found, bradley_terry_loss(REJECTED, CHOSEN)):
            raise Wrong(f"{said} The loss grows as the chosen reply leads: which score is taken from which?")
        if _same(found, -wanted):
            raise Wrong(f"{said} A surprise is never negative: the logarithm of a probability lacks its minus")
        if _same(found, wanted.neg().exp()) or _same(found, 1 - wanted.neg().exp()):
            raise Wrong(f"{said} That is a probability; the surprise is −log of it")
        if _same(found, bradley_terry_loss(CHOSEN, torch.zeros(6))):
            raise Wrong(f"{said} It is right there, but 7 and 8.5 give {found[5]:.3f}: "
                        "the rejected reply's score plays no part")  # fmt: skip
        raise Wrong(f"{said} For 7 and 8.5 it gives {found[5]:.3f}, not {wanted[5]:.3f}")
    found, wanted = candidate(*(each.clone() for each in FAR)), bradley_terry_loss(*FAR)
    if not torch.isfinite(found).all():
        raise Wrong(
            f"scores −200 and 0: the loss is {found[0]:.3g}, not 200. Either exp grew past float32's largest number, "
            "or a logarithm met 0: which function of torch takes the logarithm of σ in one step?"
        )
    if not _same(found, wanted):
        raise Wrong(f"scores −200 and 0: the loss is {found[0]:.3f}, not {wanted[0]:.3f}. Is something cut off?")


def score_gradient(
    chosen: Float[Tensor, "pair"], rejected: Float[Tensor, "pair"]
) -> tuple[Float[Tensor, "pair"], Float[Tensor, "pair"]]:
    """The loss's derivative by the score of the chosen reply, and by that of the rejected one, for each pair."""
    probability = torch.sigmoid(chosen - rejected)
    return probability - 1, 1 - probability


def check_score_gradient(candidate) -> None:
    """Six pairs, against what automatic differentiation finds."""
    found = candidate(CHOSEN.clone(), REJECTED.clone())
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong("two tensors are wanted: the derivative by the chosen's score, and that by the rejected's")
    for each, name in zip(found, ("chosen", "rejected"), strict=True):
        _check_tensor(each, len(CHOSEN), f"the derivative by the {name}'s score")
    up, down = score_gradient(CHOSEN, REJECTED)
    if _same(found[0], up) and _same(found[1], down):
        return
    said = f"scores 1 and 0: {found[0][0]:.3f} and {found[1][0]:.3f}, not {up[0]:.3f} and {down[0]:.3f}."
    probability = torch.sigmoid(CHOSEN - REJECTED)
    if _same(found[0], -up) and _same(found[1], -down):
        raise Wrong(f"{said} A higher score of the chosen reply makes the loss smaller: is the sign right?")
    if _same(found[0], up) and _same(found[1], up):
        raise Wrong(f"{said} Both scores would move the same way. The rejected one enters with a minus")
    if _same(found[0].abs(), probability):
        raise Wrong(
            f"{said} It pushes hardest where the choice was no surprise. With probability 1 nothing is left to learn"
        )
    if _same(found[0].abs(), probability * (1 - probability)):
        raise Wrong(f"{said} That is the slope of σ; the slope of −log σ is this divided by σ, with a minus")
    if _same(found[0].abs(), 1 / probability):
        raise Wrong(f"{said} That is the slope of log alone; the chain rule multiplies it by the slope of σ")
    raise Wrong(f"{said} For 7 and 8.5: {found[0][5]:.3f} and {found[1][5]:.3f}, not {up[5]:.3f} and {down[5]:.3f}")


BROKEN_LEADS = '''def leads(scores: Float[Tensor, "reply"]) -> Float[Tensor, "pair"]:
    """By how much each chosen reply leads; the scores are those of all chosen replies, then of all rejected ones."""
    return scores[0::2] - scores[1::2]'''

LEADS = BROKEN_LEADS.replace(
    "return scores[0::2] - scores[1::2]", "n_pairs = len(scores) // 2\n    return scores[:n_pairs] - scores[n_pairs:]"
)


def leads(scores: Float[Tensor, "reply"]) -> Float[Tensor, "pair"]:
    """By how much each chosen reply leads; the scores are those of all chosen replies, then of all rejected ones."""
    n_pairs = len(scores) // 2
    return scores[:n_pairs] - scores[n_pairs:]


def check_leads(candidate) -> None:
    """Four pairs and one, with scores that no two pairs share."""
    for scores in (torch.tensor([5.0, 1.0, 3.0, 2.0, 4.5, 8.0, 0.25, 2.0]), torch.tensor([1.0, 4.0])):
        found, wanted = candidate(scores.clone()), leads(scores)
        n_pairs = len(wanted)
        _check_tensor(found, n_pairs, "the lead")
        if _same(found, wanted):
            continue
        chosen, rejected = scores.chunk(2)
        said = (
            f"chosen {chosen.tolist()}, rejected {rejected.tolist()}: it gives {[round(x, 2) for x in found.tolist()]}."
        )
        if _same(found, -wanted):
            raise Wrong(f"{said} It leads where it should trail: the model would learn to prefer what was rejected")
        if _same(found, scores[0::2] - scores[1::2]):
            raise Wrong(f"{said} That compares neighbours: chosen with chosen, rejected with rejected")
        if _same(found, scores[1::2] - scores[0::2]):
            raise Wrong(f"{said} That still compares neighbours, the other way round")
        if any(_same(found, chosen - rejected.roll(shift)) for shift in range(1, n_pairs)) or _same(
            found, chosen - rejected.flip(0)
        ):
            raise Wrong(f"{said} Each chosen reply is compared with the rejected reply to another question")
        if _same(found, chosen - rejected.mean()):
            raise Wrong(f"{said} Each chosen reply is compared with the mean of all rejected ones: with whose own?")
        raise Wrong(f"{said} Wanted: {wanted.tolist()}")


LOSS = '''def bradley_terry_loss(chosen, rejected):
    """The surprise at each choice, in nats."""
    return -torch.nn.functional.logsigmoid(chosen - rejected)'''

GRADIENT = '''def score_gradient(chosen, rejected):
    """The loss's derivative by the score of the chosen reply, and by that of the rejected one, for each pair."""
    surprise = 1 - torch.sigmoid(chosen - rejected)
    return -surprise, surprise'''

EXERCISES = [
    Exercise(
        id="23.bradley_terry_loss",
        reference=bradley_terry_loss,
        check=check_bradley_terry_loss,
        hints=(
            "With which probability was this choice to be expected? How surprised is one who expected that?",
            "the lead is the chosen's score less the rejected's\n"
            "take the logarithm of σ(lead) in one step (torch.nn.functional has it), and turn its sign",
            LOSS,
        ),
        mistakes=Mistake.slips(
            LOSS,
            ("swapped", "chosen - rejected", "rejected - chosen", "which score is taken from which?"),
            ("mean over pairs", "chosen - rejected)", "chosen - rejected).mean()", "the mean comes later"),
            (
                "sigmoid, then logarithm",
                "torch.nn.functional.logsigmoid(chosen - rejected)",
                "torch.sigmoid(chosen - rejected).log()",
                "in one step?",
            ),
            ("no minus", "return -", "return ", "lacks its minus"),
            ("no logarithm", "-torch.nn.functional.logsigmoid", "1 - torch.sigmoid", "the surprise is −log of it"),
            ("the chosen alone", "chosen - rejected", "chosen", "plays no part"),
        ),
    ),
    Exercise(
        id="23.score_gradient",
        reference=score_gradient,
        check=check_score_gradient,
        hints=(
            "If this choice was certain anyway, how much is there to learn from it?",
            "p = σ(chosen − rejected)\n"
            "d(−log σ(x))/dx = σ(x) − 1; the chosen's score enters x with a plus, the rejected's with a minus",
            GRADIENT,
        ),
        mistakes=Mistake.slips(
            GRADIENT,
            ("wrong way", "-surprise, surprise", "surprise, -surprise", "is the sign right?"),
            ("both the same way", "-surprise, surprise", "-surprise, -surprise", "enters with a minus"),
            ("probability for surprise", "1 - torch.sigmoid", "torch.sigmoid", "nothing is left to learn"),
            (
                "slope of the sigmoid",
                "    return",
                "    surprise = surprise * torch.sigmoid(chosen - rejected)\n    return",
                "the slope of σ;",
            ),
            (
                "slope of the logarithm",
                "-surprise, surprise",
                "-1 / (1 - surprise), 1 / (1 - surprise)",
                "the slope of log alone",
            ),
            ("the chosen's alone", "return -surprise, surprise", "return -surprise", "two tensors are wanted"),
        ),
    ),
    Exercise(
        id="23.leads",
        reference=leads,
        check=check_leads,
        broken=BROKEN_LEADS,
        hints=(
            "Write the scores of two pairs in a row: chosen 1, chosen 2, rejected 1, rejected 2. Which two does "
            "`scores[0::2] - scores[1::2]` compare first?",
            "the first half of the row are the chosen replies, the second half the rejected, in the same order",
            LEADS,
        ),
        mistakes=[
            *Mistake.slips(
                LEADS,
                (
                    "halves swapped",
                    "scores[:n_pairs] - scores[n_pairs:]",
                    "scores[n_pairs:] - scores[:n_pairs]",
                    "prefer what was rejected",
                ),
                (
                    "another question's reply",
                    "scores[n_pairs:]",
                    "scores[n_pairs:].roll(1)",
                    "reply to another question",
                ),
                ("against the mean", "scores[n_pairs:]", "scores[n_pairs:].mean()", "with whose own?"),
                (
                    "averaged",
                    "scores[n_pairs:]",
                    "scores[n_pairs:]).mean()",
                    "the mean comes later",
                    ("return ", "return ("),
                ),
            ),
            Mistake.slip(
                "neighbours, turned round",
                BROKEN_LEADS,
                "scores[0::2] - scores[1::2]",
                "scores[1::2] - scores[0::2]",
                "the other way round",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="23.q1",
        text="A reward model gives two replies to one question the scores 7 and 5. What did it learn to say with that?",
        choices=[
            ("The first is chosen with probability σ(2)", None),
            ("The first earns 7 points out of ten", "Nobody ever gave points; 107 and 105 would say the same."),
            ("The first is chosen with probability 7/12", "Shares of scores mean nothing; only differences do."),
        ],
        why="Only differences of scores met the labels.",
        from_notebook="23",
    ),
    Question(
        id="23.q2",
        text="Labels are little better than a coin's: right over wrong in 0.62. Their pupil does better. Why?",
        choices=[
            ("Errors without a pattern mostly cancel out", None),
            (
                "The reader had been told the labels' truth",
                "No label says what is true; it says what was preferred.",
            ),
            ("A pupil repeats each label that it has met", "Then it would be as poor as they are."),
        ],
        why="A bias that all labellers share would not cancel; and with few labels some of the noise is learned too.",
        from_notebook="23",
    ),
    Question(
        id="23.q3",
        text="Why does our reward model keep its reader frozen?",
        choices=[
            ("Few labels teach a free one names by heart", None),
            ("A frozen reader gives exact probabilities", "They are the chat model's, as good as that is."),
            ("Its weights would lose the question's words", "It reads questions either way; the trouble is names."),
        ],
        why="About people without labels it would then prefer “I don't know” to the truth.",
        from_notebook="23",
    ),
    Question(
        id="23.q4",
        text="Demonstrations alone taught a model to say “I don't know” of the wrong people, because …",
        choices=[
            ("they show what their writers know, not what it knows", None),
            ("they hold too few invented people to learn from", "More names would make a longer list, not a rule."),
            ("imitation cannot teach it any words that are new", "It learned the words at once, and misused them."),
        ],
        why="Somebody has to judge its own replies: that is what labels on them do.",
        from_notebook="22",
    ),
    Question(
        id="23.q5",
        text="In attention, all scores of one query are raised by 8.4. What happens to its attention pattern?",
        choices=[
            ("Nothing: only differences of scores count", None),
            ("It gets sharper, for the scores are larger", "Larger differences would do that; these are the same."),
            ("It gets flatter, for the shares come closer", "The shares are what they were."),
        ],
        why="Softmax sees differences alone, and σ of a difference is softmax over two.",
        from_notebook="09",
    ),
]


def decide_r3(
    *, clear: float, right_over_wrong: float, score_before: float | None = None, score_after: float | None = None
) -> str:
    """R3: shares of pairs in the right order about people never labelled; then, if given, scores around RLHF."""
    n_met = (clear >= 0.85) + (right_over_wrong >= 0.8)
    if n_met == 0 or (score_before is not None and score_after is not None and score_after <= score_before):
        return "does not hold here"
    return "holds" if n_met == 2 else "holds with a condition: one of the two shares falls short"


def decide_r13(*, loss: float, loss_with_constant: float, slope_of_the_constant: float) -> str:
    """R13: a constant in all scores is seen by the loss, or not."""
    if abs(loss - loss_with_constant) < 1e-4 and abs(slope_of_the_constant) < 1e-4:
        return "wrong as stated: comparisons fix differences of scores; where zero lies is our choice"
    return "holds"


CLAIMS = {
    "R3": Claim(
        id="R3",
        text="A reward model learns from “which is better?”; RLHF raises the reward.",
        rule="the first half holds if, about people of whom no label tells, at least 85 % of pairs that differ by one "
        "standard deviation of worth are put in the right order and at least 80 % of right replies score above wrong "
        "ones; with a condition if only one is so. The second half (notebook 24) fails if RLHF does not raise the "
        "mean score.",
        decide=decide_r3,
    ),
    "R13": Claim(
        id="R13",
        text="A reward model says “8.4 out of 10”.",
        rule="wrong as stated if 8.4 added to every score changes the loss by less than 0.0001, and the loss's slope "
        "along such a constant is below 0.0001 too; holds otherwise.",
        decide=decide_r13,
    ),
}

"""Checks of notebook 24: RLHF."""

import torch

from course_lib.alignment import gae, kl_penalised_rewards
from course_lib.classroom import Claim, Exercise, Mistake, Question, Wrong

IS_TOKEN = torch.tensor([[True] * 5, [True, False, False, False, False], [True, True, True, False, False]])
"""Replies of five, one and three tokens side by side."""


def drawn(number: int, scale: float = 1.0, padding: float = 0.0) -> torch.Tensor:
    """Numbers of each token of three replies, and something else where there is none."""
    values = torch.randn(3, 5, generator=torch.Generator().manual_seed(number)) * scale
    return torch.where(IS_TOKEN, values, padding)


def same(found: torch.Tensor, wanted: torch.Tensor) -> bool:
    """Whether two results agree, to rounding."""
    return found.shape == wanted.shape and torch.allclose(found, wanted, atol=1e-5)


def told(row: torch.Tensor) -> str:
    """Numbers as a learner may compare them."""
    return ", ".join(f"{round(number, 2) + 0.0:.2f}" for number in row.tolist())  # no −0.00


def need_shape(found: object, shape: tuple[int, ...]) -> None:
    """One number for each token is wanted.

    Raises:
        Wrong: It is no tensor, or one of another shape.
    """
    if not isinstance(found, torch.Tensor):
        raise Wrong(f"a tensor is wanted, not a {type(found).__name__}")
    if tuple(found.shape) != shape:
        raise Wrong(f"for numbers of shape {shape} it gives shape {tuple(found.shape)}: one number a token is wanted")


def clipped_gain(log_probs, old_log_probs, advantages, clip=0.2):
    """What each token gains: ratio times advantage, or the clipped ratio's, whichever is less."""
    ratio = (log_probs - old_log_probs).exp()
    return torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)


RATIOS = torch.tensor([0.5, 0.9, 1.0, 1.1, 1.5])


def check_clipped_gain(candidate) -> None:
    """Good and bad tokens at five ratios; then any numbers, another clip."""
    good, bad = torch.ones(5), -torch.ones(5)
    old = torch.tensor([-1.0, -2.0, -0.5, -3.0, -1.5])
    for name, advantages in (("good", good), ("bad", bad)):
        found, wanted = (each(RATIOS.log() + old, old, advantages) for each in (candidate, clipped_gain))
        need_shape(found, (5,))
        if not same(found, wanted):
            _name_gain(found, wanted, name, advantages, old)
    for number, clip in ((0, 0.2), (3, 0.1), (6, 0.5)):
        now, before, advantages = drawn(number), drawn(number + 1), drawn(number + 2, 2.0)
        found, wanted = (each(now, before, advantages, clip) for each in (candidate, clipped_gain))
        need_shape(found, (3, 5))
        if not same(found, wanted):
            said = f"with clip {clip}, advantages of any size: row 0 is {told(found[0])}, not {told(wanted[0])}"
            if same(found, clipped_gain(now, before, advantages)):
                raise Wrong(f"{said}: the clip is an argument: use 1 − clip and 1 + clip")
            raise Wrong(said)


def _name_gain(found, wanted, name, advantages, old) -> None:
    """Say which usual mistake gives these gains."""
    said = f"a {name} token at the ratios 0.5, 0.9, 1, 1.1, 1.5 gains {told(found)}, not {told(wanted)}"
    kept = RATIOS.clamp(0.8, 1.2)
    if same(found, -wanted):
        raise Wrong(f"{said}: a gain is to be large; the minus sign comes later, in the loss")
    if same(found, torch.minimum(RATIOS.log() * advantages, RATIOS.log().clamp(0.8, 1.2) * advantages)):
        raise Wrong(f"{said}: a difference of logarithms is the logarithm of a ratio. What undoes a logarithm?")
    if same(found, torch.minimum(advantages / RATIOS, (1 / RATIOS).clamp(0.8, 1.2) * advantages)):
        raise Wrong(f"{said}: the ratio stands upside down: how probable is it now, beside when it was written?")
    if same(found, RATIOS * advantages):
        raise Wrong(f"{said}: nothing is clipped")
    if same(found, torch.maximum(RATIOS * advantages, kept * advantages)):
        raise Wrong(f"{said}: of the two it takes the larger, so that going too far pays")
    if same(found, kept * advantages):
        raise Wrong(
            f"{said}: clipped on both sides, always. A good token that became rarer must feel a pull back: take the "
            "less of the two gains"
        )
    if same(found, torch.minimum(RATIOS * advantages, RATIOS.clamp(-0.2, 0.2) * advantages)):
        raise Wrong(f"{said}: clipped to −0.2 … 0.2, but a ratio that has not changed is 1")
    raise Wrong(said)


def is_last(is_token: torch.Tensor) -> torch.Tensor:
    """The place of each reply's last token."""
    return torch.arange(is_token.shape[1]) == is_token.sum(dim=1, keepdim=True) - 1


def token_rewards(scores, log_probs, reference_log_probs, is_token, kl_weight):
    """A price at every token, the score at the last one of each reply."""
    return kl_penalised_rewards(scores, log_probs, reference_log_probs, is_token, kl_weight)


def check_token_rewards(candidate) -> None:
    """Scores alone, prices alone, both; three replies of different lengths."""
    scores, zeros = torch.tensor([2.0, -1.0, 0.5]), torch.zeros(3, 5)
    found = candidate(scores, zeros, zeros, IS_TOKEN, 0.1)
    need_shape(found, (3, 5))
    _check_scores(found, token_rewards(scores, zeros, zeros, IS_TOKEN, 0.1))
    now, start = drawn(0, padding=7.0), drawn(1, padding=-4.0)
    found, wanted = (each(zeros[:, 0], now, start, IS_TOKEN, 0.5) for each in (candidate, token_rewards))
    _check_prices(found, wanted, now, start)
    for weight in (0.0, 0.3):
        found, wanted = (each(scores, now, start, IS_TOKEN, weight) for each in (candidate, token_rewards))
        if not same(found, wanted):
            raise Wrong(f"scores and prices together, weight {weight}: row 0 is {told(found[0])}, "
                        f"not {told(wanted[0])}")  # fmt: skip


def _check_scores(found, wanted) -> None:
    """Where the score stands, when nothing has a price."""
    if same(found, wanted):
        return
    said = (
        f"scores 2 and 0.5, replies of five and three tokens, no distance: rows {told(found[0])} and {told(found[2])}"
    )
    if same(found, -wanted):
        raise Wrong(f"{said}: good scores have become punishments")
    if torch.where(IS_TOKEN, found, 0.0)[0].allclose(torch.tensor(2.0)):
        raise Wrong(f"{said}: the score is paid at every token, so long replies get more. It is paid once")
    if found[0, -1] == 2 and found[2, -1] == 0.5:
        raise Wrong(f"{said}: paid in the last column, where the shorter reply has padding. Where does each reply end?")
    if found[0, 0] == 2:
        raise Wrong(f"{said}: paid at the first token; but the judge reads whole replies: pay at the last")
    raise Wrong(f"{said}, not {told(wanted[0])} and {told(wanted[2])}")


def _check_prices(found, wanted, now, start) -> None:
    """What distance costs, when all scores are 0."""
    if same(found, wanted):
        return
    said = f"scores 0, kl_weight 0.5: row 0 is {told(found[0])}, not {told(wanted[0])}"
    apart = torch.where(IS_TOKEN, now - start, 0.0)
    if same(found, -wanted):
        raise Wrong(f"{said}: distance is paid for, not charged: the policy would run away from where it started")
    if same(found, torch.where(is_last(IS_TOKEN), 0.0, wanted)):
        raise Wrong(f"{said}: the last token pays its price too, beside the score")
    if same(found, 2 * wanted):
        raise Wrong(f"{said}: the weight does nothing")
    if same(torch.where(IS_TOKEN, found, 0.0), -0.5 * torch.where(IS_TOKEN, now.exp() - start.exp(), 0.0)):
        raise Wrong(f"{said}: the distance is of log-probabilities; leave them as they are")
    if same(found, -0.5 * apart.abs()):
        raise Wrong(f"{said}: a token that became rarer than at the start gets a little back, or the sum over a "
                    "reply is no KL. No absolute value")  # fmt: skip
    if same(found.sum(dim=1), wanted.sum(dim=1)):
        raise Wrong(f"{said}: the right sum, in one place. Each token pays its own price, so that blame lands right")
    if same(torch.where(IS_TOKEN, found, 0.0), wanted):
        raise Wrong(f"{said}; row 1, a single token: {told(found[1])}: padding has no price, it is no token")
    raise Wrong(said)


def check_gae(candidate) -> None:
    """One reply on paper; then three of different lengths, with nonsense in the padding."""
    rewards, values = torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([[0.5, 0.0, 0.5]])
    whole = torch.ones(1, 3, dtype=torch.bool)
    found, wanted = (each(rewards, values, whole, 1.0, 0.5) for each in (candidate, gae))
    need_shape(found, (1, 3))
    if not same(found, wanted):
        _name_advantages(found[0], wanted[0])
    for discount, trace in ((1.0, 0.95), (0.9, 0.5), (1.0, 0.0), (0.8, 1.0)):
        rewards, values = drawn(2, padding=30.0), drawn(3, padding=-50.0)
        found, wanted = (each(rewards, values, IS_TOKEN, discount, trace) for each in (candidate, gae))
        if same(found, wanted):
            continue
        said = f"discount {discount}, trace {trace}, a reply of three tokens beside one of five: {told(found[2])}"
        if same(found[0], wanted[0]) and not same(torch.where(IS_TOKEN, found, 0.0), wanted):
            raise Wrong(f"{said}, not {told(wanted[2])}: what stands in the padding has leaked in. Zero it first")
        if same(torch.where(IS_TOKEN, found, 0.0), wanted):
            raise Wrong(f"{said}: padding is no token; its advantage must be 0")
        raise Wrong(f"{said}, not {told(wanted[2])}. Which of the two factors is where?")
    if not same(candidate(rewards, values, IS_TOKEN), gae(rewards, values, IS_TOKEN)):
        raise Wrong("without the last two arguments discount is 1 and trace is 0.95: keep these defaults")


def _name_advantages(found, wanted) -> None:
    """Say which usual mistake gives these advantages."""
    said = f"rewards 0, 0, 1, values 0.5, 0, 0.5, λ = 0.5: {told(found)}, not {told(wanted)}"
    if same(found, -wanted):
        raise Wrong(f"{said}: the signs are reversed: better than expected is positive")
    if same(found, torch.tensor([-0.5, 0.5, 0.5])):
        raise Wrong(f"{said}: these are the surprises alone; λ is to let a share of the later ones through")
    if same(found, torch.tensor([0.5, 1.0, 0.5])):
        raise Wrong(f"{said}: that is λ = 1, what came less what was expected: where has the trace gone?")
    if same(found, torch.tensor([-0.5, 0.25, 0.625])):
        raise Wrong(f"{said}: it runs from the first token to the last, so that praise reaches what comes after. Which "
                    "way should it flow?")  # fmt: skip
    if same(found, torch.tensor([-0.375, 0.25, 0.5])):
        raise Wrong(f"{said}: what the critic expects next belongs into the surprise: after it, r + γ V(next) − V")
    if same(found[2], torch.tensor(1.0)):
        raise Wrong(f"{said}: after the last token nothing is to come: its next value is 0, not its own")
    raise Wrong(said)


CLIPPED_GAIN = '''def clipped_gain(log_probs, old_log_probs, advantages, clip=0.2):
    """What each token gains: ratio times advantage, or the clipped ratio's, whichever is less."""
    ratio = (log_probs - old_log_probs).exp()
    kept_near = ratio.clamp(1 - clip, 1 + clip)
    return torch.minimum(ratio * advantages, kept_near * advantages)'''

TOKEN_REWARDS = '''def token_rewards(scores, log_probs, reference_log_probs, is_token, kl_weight):
    """A price at every token, the score at the last one of each reply."""
    is_last = torch.arange(is_token.shape[1]) == is_token.sum(dim=1, keepdim=True) - 1
    price = torch.where(is_token, kl_weight * (log_probs - reference_log_probs), 0.0)
    return torch.where(is_last, scores[:, None], 0.0) - price'''

GAE = '''def gae(rewards, values, is_token, discount=1.0, trace=0.95):
    """How much better each token turned out than the critic expected."""
    rewards, values = (torch.where(is_token, each, 0.0) for each in (rewards, values))
    advantages = torch.zeros_like(values)
    next_value = next_advantage = torch.zeros_like(values[:, 0])
    for token in range(values.shape[1] - 1, -1, -1):
        surprise = rewards[:, token] + discount * next_value - values[:, token]
        next_advantage = surprise + discount * trace * next_advantage
        next_value = values[:, token]
        advantages[:, token] = next_advantage
    return torch.where(is_token, advantages, 0.0)'''

BROKEN_REWARDS = '''def broken_rewards(scores, log_probs, reference_log_probs, is_token, kl_weight):
    """A price at every token, the score at the last one of each reply."""
    is_last = torch.arange(is_token.shape[1]) == is_token.sum(dim=1, keepdim=True) - 1
    distance = torch.where(is_token, reference_log_probs - log_probs, 0.0)
    return torch.where(is_last, scores[:, None], 0.0) - kl_weight * distance'''

MENDED_REWARDS = BROKEN_REWARDS.replace("reference_log_probs - log_probs", "log_probs - reference_log_probs")


CLIPPED_GAIN_EXERCISE = Exercise(
    id="24.clipped_gain",
    reference=clipped_gain,
    check=check_clipped_gain,
    hints=(
        "A token had probability 0.10 and has 0.15 now: which ratio, and how do you get it from two logarithms?",
        "ratio = exp(log-probability now − log-probability then)\n"
        "near  = the ratio, kept between 1 − clip and 1 + clip\n"
        "the smaller of ratio × advantage and near × advantage",
        CLIPPED_GAIN,
    ),
    mistakes=Mistake.slips(
        CLIPPED_GAIN,
        ("no exponential", ").exp()", ")", "What undoes a logarithm?"),
        ("ratio upside down", "log_probs - old_log_probs", "old_log_probs - log_probs", "upside down"),
        ("the larger", "torch.minimum", "torch.maximum", "so that going too far pays"),
        ("clipped always", "minimum(ratio", "minimum(kept_near", "must feel a pull back"),
        ("clipped around 0", "1 - clip, 1 + clip", "-clip, clip", "not changed is 1"),
        ("0.2 for every clip", "1 - clip, 1 + clip", "0.8, 1.2", "the clip is an argument"),
        ("already a loss", "return torch", "return -torch", "comes later, in the loss"),
    ),
)

TOKEN_REWARDS_EXERCISE = Exercise(
    id="24.token_rewards",
    reference=token_rewards,
    check=check_token_rewards,
    hints=(
        "Write a table for a reply of three tokens beside one of five: where does each stand, the score and the price?",
        "is_last: the place whose number is the reply's count of tokens, less one\n"
        "price = kl_weight × (log-probability by the policy − by the reference), where there is a token\n"
        "the score where is_last, else 0; minus the price",
        TOKEN_REWARDS,
    ),
    mistakes=Mistake.slips(
        TOKEN_REWARDS,
        ("price the wrong way", "0.0) - price", "0.0) + price", "paid for, not charged"),
        ("score everywhere", "torch.where(is_last", "torch.where(is_token", "It is paid once"),
        (
            "score in the last column",
            "is_token.sum(dim=1, keepdim=True) - 1",
            "is_token.shape[1] - 1",
            "Where does each reply end?",
        ),
        ("score first", "is_token.sum(dim=1, keepdim=True) - 1", "0", "pay at the last"),
        (
            "absolute distance",
            "(log_probs - reference_log_probs)",
            "(log_probs - reference_log_probs).abs()",
            "No absolute value",
        ),
        (
            "distance of probabilities",
            "(log_probs - reference_log_probs)",
            "(log_probs.exp() - reference_log_probs.exp())",
            "is of log-probabilities",
        ),
        (
            "last token pays nothing",
            "scores[:, None], 0.0) - price",
            "scores[:, None], -price)",
            "the last token pays its price too",
        ),
        (
            "whole price at the end",
            "scores[:, None], 0.0) - price",
            "(scores - price.sum(dim=1))[:, None], 0.0)",
            "Each token pays its own price",
        ),
        ("padding pays", "torch.where(is_token, ", "(", "padding has no price", ("probs), 0.0)", "probs))")),
    ),
)

GAE_EXERCISE = Exercise(
    id="24.gae",
    reference=gae,
    check=check_gae,
    hints=(
        "Begin at a reply's last token: what surprised the critic there? Then go one to the left.",
        "zero rewards and values where there is no token\n"
        "from the last column to the first:\n"
        "    surprise = reward + discount × (value one later) − value\n"
        "    advantage = surprise + discount × trace × (advantage one later)\n"
        "after the last column both are 0",
        GAE,
    ),
    mistakes=Mistake.slips(
        GAE,
        ("no trace at all", " + discount * trace * next_advantage", "", "these are the surprises alone"),
        ("trace forgotten", "discount * trace *", "discount *", "where has the trace gone?"),
        (
            "from left to right",
            "range(values.shape[1] - 1, -1, -1)",
            "range(values.shape[1])",
            "Which way should it flow?",
            ("discount * next_value", "discount * (values[:, token + 1] if token + 1 < values.shape[1] else 0)"),
        ),
        ("next value forgotten", " + discount * next_value", "", "what the critic expects next"),
        (
            "last value kept",
            "next_value = next_advantage = torch.zeros_like(values[:, 0])",
            "next_value, next_advantage = values[:, -1], torch.zeros_like(values[:, 0])",
            "after the last token nothing is to come",
        ),
        ("padding leaks", "torch.where(is_token, each, 0.0) for", "each for", "has leaked in"),
        ("signs reversed", "where(is_token, advantages", "where(is_token, -advantages", "the signs are reversed"),
    ),
)


def mended_rewards(scores, log_probs, reference_log_probs, is_token, kl_weight):
    """A price at every token, the score at the last one of each reply."""
    return kl_penalised_rewards(scores, log_probs, reference_log_probs, is_token, kl_weight)


def check_broken_rewards(candidate) -> None:
    """A policy that has moved away from its reference, both ways."""
    scores, now, start = torch.tensor([2.0, -1.0, 0.5]), drawn(4, padding=7.0), drawn(5, padding=-4.0)
    zero = torch.zeros(3)
    for weight in (0.5, 0.2, 0.0):
        found, wanted = (each(scores, now, start, IS_TOKEN, weight) for each in (candidate, mended_rewards))
        need_shape(found, (3, 5))
        if same(found, wanted):
            continue
        said = f"kl_weight {weight}, a reply of three tokens: {told(found[2])}, not {told(wanted[2])}"
        prices = mended_rewards(zero, now, start, IS_TOKEN, weight)
        paid = wanted - prices
        if same(found, -wanted):
            raise Wrong(f"{said}: now good scores are punished. Only the price was wrong")
        if same(found, prices + torch.nn.functional.pad(paid, (1, 0))[:, :-1]):
            raise Wrong(f"{said}: the score comes at the last token, not after it. Keep the − 1")
        if same(found, paid):
            raise Wrong(f"{said}: distance costs nothing any more. That stops the race, and removes the leash")
        if same(found, paid - prices):
            raise Wrong(f"{said}: a token likelier than at the start must cost. Which way round is the distance?")
        if same(found, paid - prices.abs()):
            raise Wrong(f"{said}: a token that became rarer than at the start gets a little back; no absolute value")
        if same(torch.where(IS_TOKEN, found, 0.0), wanted):
            raise Wrong(f"{said}: padding has no price. Keep the mask")
        raise Wrong(said)


BROKEN_REWARDS_EXERCISE = Exercise(
    id="24.broken_rewards",
    reference=mended_rewards,
    check=check_broken_rewards,
    broken=BROKEN_REWARDS,
    hints=(
        "Take one token that the policy has made likelier: log-probability −1 now, −3 by the reference. What does the "
        "reward of this token become, and what should it?",
        "distance is log π − log π_ref: positive where the policy makes likelier what it writes.\n"
        "It is to be charged: so subtract it, with its weight.",
        MENDED_REWARDS,
    ),
    mistakes=[
        *Mistake.slips(
            BROKEN_REWARDS,
            ("price dropped", " - kl_weight * distance", "", "removes the leash"),
        ),
        *Mistake.slips(
            MENDED_REWARDS,
            ("both turned", "- kl_weight", "+ kl_weight", "Which way round is the distance?"),
            ("all negated", "return torch", "return -torch", "Only the price was wrong", ("- kl_", "+ kl_")),
            ("absolute distance", "* distance", "* distance.abs()", "no absolute value"),
            ("score a token late", "keepdim=True) - 1", "keepdim=True)", "not after it"),
            ("mask lost", "torch.where(is_token, ", "(", "Keep the mask", ("probs, 0.0)", "probs)")),
        ),
    ],
)

EXERCISES = [CLIPPED_GAIN_EXERCISE, TOKEN_REWARDS_EXERCISE, GAE_EXERCISE, BROKEN_REWARDS_EXERCISE]


QUIZ = [
    Question(
        id="24.q1",
        text="Why can a policy not be trained on the judge's score by backpropagation alone, as on a loss?",
        choices=[
            ("The score is of sampled words, and a choice has no slope", None),
            (
                "The judge is frozen, so that no gradient can pass it",
                "A frozen network passes gradients on; it only keeps its own weights.",
            ),
            (
                "The judge's weights are hidden from whoever trains",
                "They lie in the same program, and gradients could pass through them. What is in the way comes before.",
            ),
        ],
        why="Between the weights and the score somebody drew a token. The policy gradient goes round the draw, by way "
        "of its probability.",
        from_notebook="24",
    ),
    Question(
        id="24.q2",
        text="A good token is 1.5 times as probable as when it was written, and the clip is 0.2. Its gradient is …",
        choices=[
            ("zero: beyond 1.2 nothing more is gained", None),
            ("negative: it is pulled back to 1.2 again", "The clip only ends the push; it does not turn it round."),
            ("clipped: as large as it was at ratio 1.2", "The gain is held at its value there, so its slope is gone."),
        ],
        why="What is clipped is the gain; a flat gain has no slope.",
        from_notebook="24",
    ),
    Question(
        id="24.q3",
        text="Distance costs nothing, and the judge is a reward model of few labels. What does training push up?",
        choices=[
            ("What the judge says of the replies", None),
            ("The true worth of the replies", "Only as far as the judge and the truth agree where the policy goes."),
            ("How often the replies are true", "It may fall: the judge never saw such replies, and can be misled."),
        ],
        why="The score is what is optimised. All else follows only where the judge is right.",
        from_notebook="24",
    ),
    Question(
        id="24.q4",
        text="A constant is added to all scores of a reward model. Which labels does it now explain better?",
        choices=[
            ("None: only differences of scores count", None),
            ("Those of good replies: they score more", "The reply beside each has gained as much."),
            ("All of them: every score is now higher", "The loss looks at differences, and none has changed."),
        ],
        why="Preferences fix differences, not a zero; so PPO must subtract a mean of its own.",
        from_notebook="23",
    ),
    Question(
        id="24.q5",
        text="Why did honest demonstrations teach “I don't know” about the wrong people?",
        choices=[
            ("Whoever wrote them did not know what the model knows", None),
            ("There were too few of them for a model to learn from", "It learned fast, a rule that was simpler."),
            ("The loss mask hid the words “I don't know” from the loss", "They are the assistant's: they were scored."),
        ],
        why="A demonstration is of its author's knowledge. A judged reply is of the model's own.",
        from_notebook="22",
    ),
]


def decide_r4(*, few_free_score: float, few_free_worth: float, shipped_score: float, shipped_worth: float) -> str:
    """R4 by what happens from the look with the greatest true worth to the last: it is gamed if worth falls by 0.1."""
    few_free = few_free_worth <= -0.1 and few_free_score > 0
    shipped = shipped_worth <= -0.1 and shipped_score > 0
    if few_free and shipped:
        return "holds"
    if few_free or shipped:
        which = "with few labels and no price for distance" if few_free else "with many labels and a price for distance"
        return f"holds with a condition: only {which}"
    return "does not hold here"


def decide_r8(*, invented_unknown: float, chat_invented_unknown: float, known_right: float) -> str:
    """R8 by shares of replies, always the likeliest words."""
    if invented_unknown < 0.6 or invented_unknown - chat_invented_unknown < 0.5:
        return "does not hold here"
    if known_right < 0.9:
        return "holds with a condition: it also says so of some of those whom it knows"
    return "holds"


def decide_r7(
    *,
    unread_right: float,
    untaught_right: float,
    unjudged_made_up: float,
    whole_right: float,
    whole_made_up: float,
) -> str:
    """R7: what is missing when one of three phases is."""
    if whole_right < 0.8 or whole_made_up >= 0.5:
        return "cannot be shown at this size"
    missed = (unread_right < 0.1, untaught_right < 0.1, unjudged_made_up >= 0.5)
    if all(missed):
        return "holds"
    if any(missed):
        return "holds with a condition: not every phase was missed"
    return "does not hold here"


CLAIMS = {
    "R4": Claim(
        id="R4",
        text="An imperfect reward is gamed.",
        rule="holds if, in the mean over seeds, the true worth at the last look is at least 0.1 below its best while "
        "the judge's score has risen since, both with few labels and no price for distance and as the shipped model is "
        "trained; with a condition if only one of the two is so; does not hold here otherwise.",
        decide=decide_r4,
    ),
    "R7": Claim(
        id="R7",
        text="No phase can be skipped: no knowledge, no obedience, no polish.",
        rule="holds if of questions about known people a model without pre-training and a base model without "
        "fine-tuning each answer, and end, under 10 % in chat, and a chat model without feedback makes up at least "
        "half of its replies about invented people, while the whole chain answers at least 80 % and makes up under "
        "half; with a condition if only some of the three are missed.",
        decide=decide_r7,
    ),
    "R8": Claim(
        id="R8",
        text="RLHF teaches “I don't know”.",
        rule="holds if of invented people, none of them met in training, RLHF's model says so in at least 60 % of "
        "replies and in 50 points more than the chat model, while at least 90 % of questions about known people are "
        "answered rightly; with a condition if fewer of those are; does not hold here otherwise.",
        decide=decide_r8,
    ),
}

"""The loop: it raises what the judge likes, it goes on where it was, it stops in one line when it is lost."""

import copy
import dataclasses

import pytest
import torch

from course_lib.alignment import Critic, Learner, PPOConfig, ppo
from course_lib.common.errors import CourseError

PROMPTS = [f"Where is {n}?" for n in range(40)]
CONFIG = PPOConfig(
    n_iterations=20,
    batch_size=32,
    max_new_tokens=6,
    n_critic_iterations=2,
    policy_learning_rate=1e-2,
    critic_learning_rate=1e-2,
    value_clip=10.0,
    kl_weight=0.01,
    no_end_penalty=0.0,
    freeze_embedding=False,
    precision="float32",
)


def likes_a(prompts, replies):
    """A judge that counts the letter a."""
    return torch.tensor([float(reply.count("a")) for reply in replies])


def run(model, tokenizer, judge=likes_a, seed=0, **changes):
    policy = copy.deepcopy(model)
    learner = Learner(policy, Critic(policy), dataclasses.replace(CONFIG, **changes), seed=seed)
    return learner, ppo(learner, model, judge, PROMPTS, tokenizer)


def test_raises_the_share_of_a_letter_that_the_judge_likes(model, tokenizer) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    _, reports = run(model, tokenizer)
    reports = list(reports)
    assert [report.iteration for report in reports] == list(range(1, 21))
    assert reports[-1].score > 2 * reports[0].score + 1
    assert abs(reports[0].kl) < 1e-4 < reports[-1].kl
    assert all(tensor.equal(before[name]) for name, tensor in model.state_dict().items())
    assert reports[-1].scores == tuple(likes_a(None, reports[-1].replies).tolist())
    assert all(0 <= report.clip_share <= 1 and report.approximate_kl >= 0 for report in reports)


def test_the_critic_learns_to_foresee(model, tokenizer) -> None:
    """A judge who looks at the prompt alone can be foreseen."""

    def likes_early_numbers(prompts, replies):
        return torch.tensor([float(len(prompt) < 12) for prompt in prompts])  # "Where is 7?" but not "Where is 17?"

    _, reports = run(model, tokenizer, likes_early_numbers, n_critic_iterations=20, n_iterations=15)
    foreseen = [report.explained_variance for report in reports]
    assert abs(foreseen[0]) < 1e-6
    assert foreseen[-1] > 0.5


def test_ratios_start_at_1_and_the_critic_learns_first(model, tokenizer) -> None:
    _, reports = run(model, tokenizer, n_epochs=1, n_minibatches=1)
    first, second, third = (next(reports) for _ in range(3))
    assert first.policy_loss == second.policy_loss == 0
    assert third.approximate_kl < 1e-8
    assert third.clip_share == 0
    assert abs(third.policy_loss) < 1e-5  # ratios of 1 times advantages whose mean is 0
    assert third.kl == pytest.approx(0, abs=1e-4)
    assert abs(next(reports).kl) > 1e-4


def test_learning_rates_fall_in_a_straight_line(model, tokenizer) -> None:
    learner, reports = run(model, tokenizer, n_iterations=4, n_critic_iterations=0, policy_learning_rate=8e-4)
    optimizers = learner.policy_optimizer, learner.critic_optimizer
    rates = [[each.param_groups[0]["lr"] for each in optimizers] for _ in reports]
    assert rates == [pytest.approx([share * 8e-4, share * 1e-2]) for share in (1, 0.75, 0.5, 0.25)]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_ratios_of_a_minibatch_start_at_1_in_the_training_format(model, tokenizer, precision) -> None:
    _, reports = run(model, tokenizer, precision=precision, policy_learning_rate=0.0, n_critic_iterations=0)
    assert next(reports).approximate_kl < 1e-6


def test_embedding_and_head_stay_if_frozen(model, tokenizer) -> None:
    learner, reports = run(model, tokenizer, freeze_embedding=True, n_iterations=4)
    list(reports)
    moved = {name for name, tensor in learner.policy.state_dict().items() if not tensor.equal(model.state_dict()[name])}
    assert moved
    assert not {name for name in moved if name.startswith(("token_embedding", "head"))}


def test_goes_on_as_if_never_stopped(model, tokenizer, tmp_path) -> None:
    settings = {"n_iterations": 6, "n_critic_iterations": 1}
    whole, reports = run(model, tokenizer, **settings)
    wanted = list(reports)
    stopped, reports = run(model, tokenizer, **settings)
    for _ in range(3):
        next(reports)
    torch.save(stopped.state_dict(), tmp_path / "run.pt")
    resumed, reports = run(model, tokenizer, seed=99, **settings)
    resumed.load_state_dict(torch.load(tmp_path / "run.pt", weights_only=True))
    found = list(reports)
    strip = [dataclasses.replace(report, seconds=0.0) for report in wanted[3:]]
    assert [dataclasses.replace(report, seconds=0.0) for report in found] == strip
    for name, tensor in whole.policy.state_dict().items():
        assert tensor.equal(resumed.policy.state_dict()[name])


def test_a_reply_without_an_end_costs(model, tokenizer) -> None:
    _, with_penalty = run(model, tokenizer, no_end_penalty=5.0, score_mean=1.0, score_spread=2.0)
    _, without = run(model, tokenizer)
    first, second = next(with_penalty), next(without)
    assert first.score == second.score  # as the judge gave it
    assert first.value_loss != second.value_loss


@pytest.mark.parametrize(
    ("judge", "changes", "says"),
    [
        (
            likes_a,
            {"kl_limit": 0.05, "policy_learning_rate": 0.1},
            r"^iteration \d+: the policy is .* limit is 0.05: raise kl_weight",
        ),
        (lambda p, r: torch.full((len(r),), torch.nan), {}, "32 of them no numbers"),
        (lambda p, r: torch.zeros(3), {}, r"shape \(3,\).*for 32 replies"),
        (likes_a, {"score_spread": 1e-38}, "^iteration 2: the critic's loss is inf.*lower critic_learning_rate"),
    ],
)
def test_a_lost_run_stops_in_one_line(model, tokenizer, judge, changes, says) -> None:
    learner, reports = run(model, tokenizer, judge, **changes)
    with pytest.raises(CourseError, match=says) as error:
        list(reports)
    assert "\n" not in str(error.value)
    assert all(parameter.isfinite().all() for parameter in learner.policy.parameters())


def test_no_prompts_is_one_line(model, tokenizer) -> None:
    with pytest.raises(CourseError, match="no prompts"):
        next(ppo(Learner(model, Critic(model), CONFIG), model, likes_a, [], tokenizer))


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"clip": 0.0}, {"kl_weight": -1.0}, {"trace": 1.5}, {"n_minibatches": 999}]
)
def test_impossible_settings_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PPOConfig(**wrong)

"""What a run of PPO is made of: its settings, and all that changes while it runs."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.alignment.critic import Critic
from course_lib.common.errors import CourseError
from course_lib.training import Arithmetic, clip_gradients
from course_lib.training.precision import Precision
from course_lib.transformer import GPT


@dataclass(frozen=True, kw_only=True, slots=True)
class PPOConfig:
    """How a policy is trained from scores."""

    n_iterations: int = 150
    """Rounds of writing, judging and learning."""
    batch_size: int = 128
    """Replies written in an iteration."""
    max_new_tokens: int = 24
    """Most tokens of a reply."""
    kl_weight: float = 0.03
    """Price of a nat of distance from the reference, a token, in units of the standardised score."""
    no_end_penalty: float = 1.0
    """Taken from the standardised score of a reply that does not end by itself."""
    score_mean: float = 0.0
    """Subtracted from every score: fixed, so that a reward means the same throughout the run."""
    score_spread: float = 1.0
    """Every score is divided by this."""
    discount: float = 1.0
    """γ: what a reward one token later is worth."""
    trace: float = 0.95
    """λ of the advantage estimation."""
    n_epochs: int = 2
    """Times that an iteration's replies are learned from."""
    n_minibatches: int = 2
    """Optimizer steps in an epoch."""
    clip: float = 0.2
    """By how much a token's probability may change in an iteration, as a share, before nothing more is gained."""
    value_clip: float = 0.2
    """The same for the critic's guesses, in units of the reward."""
    policy_learning_rate: float = 3e-4
    """Of the policy, at the start: it falls in a straight line, to 0 after the last iteration."""
    critic_learning_rate: float = 1e-3
    """Of the critic, which falls alike."""
    n_critic_iterations: int = 5
    """Iterations at the start in which the critic alone learns."""
    gradient_clip: float = 1.0
    """Greatest length of each network's gradient."""
    freeze_embedding: bool = True
    """Whether the policy's embeddings and head stay as they are."""
    kl_limit: float = 100.0
    """The run stops when the policy is further than this from the reference, in nats a reply."""
    precision: Precision = "auto"
    """Format of the matrix products."""

    def __post_init__(self) -> None:
        for name in ("n_iterations", "batch_size", "max_new_tokens", "n_epochs", "n_minibatches"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be 1 or more")
        for name in ("score_spread", "clip", "value_clip", "gradient_clip", "kl_limit"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be above 0")
        for name in ("kl_weight", "policy_learning_rate", "critic_learning_rate", "n_critic_iterations"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be 0 or more")
        for name in ("discount", "trace"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be between 0 and 1")
        if self.n_minibatches > self.batch_size:
            raise ValueError(f"n_minibatches is {self.n_minibatches}, more than the {self.batch_size} replies to share")


class Learner:
    """Everything that changes in a run of PPO, so that it can be saved and gone on with.

    Args:
        policy: Writes the replies; trained in place.
        critic: Guesses rewards; trained in place.
        config: How they are trained.
        seed: Decides prompts, replies and minibatches.

    Source: Schulman et al. 2017, appendix A (rates that fall to 0), arXiv 1707.06347; Huang et al. 2024 (what a careful
    implementation settles), arXiv 2403.17031.
    """

    def __init__(self, policy: GPT, critic: Critic, config: PPOConfig, seed: int = 0) -> None:
        self.policy, self.critic, self.config = policy.eval(), critic.eval(), config  # no dropout: ratios start at 1
        self.generator = torch.Generator().manual_seed(seed)
        self.iteration = 0
        """Iterations so far."""
        frozen = ("token_embedding", "position_embedding", "head") if config.freeze_embedding else ()
        for name, parameter in policy.named_parameters():
            parameter.requires_grad_(not name.startswith(frozen) if frozen else True)
        self.arithmetic = Arithmetic(config.precision, policy.token_embedding.weight.device)
        self.policy_optimizer = _adam(policy, config.policy_learning_rate)
        self.critic_optimizer = _adam(critic, config.critic_learning_rate)

    def step(self, network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        """Move one network's weights down its loss.

        Args:
            network: The policy or the critic.
            optimizer: Its optimizer; the learning rate is set to what is left of it by this iteration.
            loss: A scalar.

        Raises:
            CourseError: The loss or its gradient is not a number; the weights stay as they were.
        """
        who = "policy" if network is self.policy else "critic"
        rate = getattr(self.config, f"{who}_learning_rate")
        optimizer.param_groups[0]["lr"] = rate * (1 - self.iteration / self.config.n_iterations)
        optimizer.zero_grad()
        self.arithmetic.backward(loss)
        self.arithmetic.unscale(optimizer)
        length = clip_gradients(network, self.config.gradient_clip)
        is_lost = not loss.isfinite() or (self.arithmetic.scale is None and not length.isfinite())
        if is_lost:
            raise CourseError(
                f"iteration {self.iteration + 1}: the {who}'s loss is {loss.item():.3g}, its gradient "
                f"{length.item():.3g}: lower {who}_learning_rate, now {rate:g}"
            )
        self.arithmetic.step(optimizer)

    def state_dict(self) -> dict[str, Any]:
        """All that a later run needs, to go on as if never stopped."""
        parts = ("policy", "critic", "policy_optimizer", "critic_optimizer")
        state = {name: getattr(self, name).state_dict() for name in parts}
        return state | {"generator": self.generator.get_state(), "iteration": self.iteration}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken, with the same configuration, prompts and judge."""
        for name in ("policy", "critic", "policy_optimizer", "critic_optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.generator.set_state(state["generator"])
        self.iteration = state["iteration"]


def _adam(model: nn.Module, learning_rate: float) -> torch.optim.Optimizer:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.Adam(parameters, lr=learning_rate, betas=(0.9, 0.95), fused=True)

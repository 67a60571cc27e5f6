"""The critic: a copy of the model whose head says one number, how much reward is still to come."""

import copy

from jaxtyping import Float
from torch import Tensor, nn

from course_lib.alignment.rollout import Rollout, states_before_reply
from course_lib.transformer import GPT


class Critic(nn.Module):
    """Guesses, before each token of a reply, the reward of it and of all that follow.

    Its trunk is a copy of the model that it is given, so that it knows from the start what that model knows; its head
    starts at zero, so that its first guess is 0 everywhere.

    Args:
        model: Copied, never changed.

    Source: Stiennon et al. 2020, section 3.4 (a value function apart from the policy), arXiv 2009.01325.
    """

    def __init__(self, model: GPT) -> None:
        super().__init__()
        self.config = model.config
        self.trunk = copy.deepcopy(model)
        self.trunk.head = nn.Identity()
        self.head = nn.Linear(model.config.d_model, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, rollout: Rollout) -> Float[Tensor, "batch reply"]:
        """One guess for every token of the replies, made before the token is seen; 0 where there is none."""
        return rollout.unpack(self.head(states_before_reply(self.trunk, rollout)).squeeze(-1))

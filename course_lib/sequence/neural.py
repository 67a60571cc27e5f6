"""Bengio's network: each token has a vector, and what comes next is computed from the vectors of those before."""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.sequence.examples import check_ids


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuralModelConfig:
    """Sizes of the network."""

    vocab_size: int
    """How many tokens there are."""
    context_length: int = 4
    """How many tokens it sees."""
    d_vector: int = 16
    """Numbers in the vector of a token."""
    n_hidden: int = 128
    """Neurons between the vectors and the scores."""
    dropout: float = 0.0
    """Share of the neurons that are silent in a step of training."""

    def __post_init__(self) -> None:
        for name in ("vocab_size", "context_length", "d_vector", "n_hidden"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}: a share of at least 0 and below 1")


class NeuralModel(nn.Module):
    """Look up the vectors of the context, lay them end to end, one hidden layer with tanh, a score for every token.

    Args:
        config: Sizes of the network.

    Example:
        >>> model = NeuralModel(NeuralModelConfig(vocab_size=27, context_length=3, d_vector=2, n_hidden=5))
        >>> model(torch.tensor([[0, 1, 14]])).shape
        torch.Size([1, 27])
        >>> sum(weight.numel() for weight in model.parameters())          # 27 × 2 + (6 + 1) × 5 + (5 + 1) × 27
        251

    Source: Bengio, Ducharme, Vincent and Jauvin, A Neural Probabilistic Language Model (JMLR 3, 2003), equation 1,
    without the direct connections from the vectors to the scores (W = 0, as the paper allows).
    """

    def __init__(self, config: NeuralModelConfig) -> None:
        super().__init__()
        self.config = config
        # short at first, so that training, and not chance, decides which of them lie close together
        self.vectors = nn.Parameter(0.3 * torch.randn(config.vocab_size, config.d_vector))
        self.hidden = nn.Linear(config.context_length * config.d_vector, config.n_hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.n_hidden, config.vocab_size)
        nn.init.normal_(self.head.weight, std=0.01)  # nearly equal scores at first, so that it begins undecided
        nn.init.zeros_(self.head.bias)

    def forward(self, contexts: Int[Tensor, "example token"]) -> Float[Tensor, "example vocab"]:
        """Scores of every token after each context.

        Raises:
            ValueError: If the contexts are of another length, or hold an id outside the vocabulary.
        """
        if contexts.shape[1] != self.config.context_length:
            raise ValueError(
                f"contexts have {contexts.shape[1]} tokens, the network was made for {self.config.context_length}"
            )
        check_ids(contexts, self.config.vocab_size, "contexts")
        end_to_end = rearrange(self.vectors[contexts], "example token d_vector -> example (token d_vector)")
        return self.head(self.dropout(self.hidden(end_to_end).tanh()))

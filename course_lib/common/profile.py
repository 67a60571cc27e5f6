"""Profiles: the kinds of machine that the course is made for, the sizes that suit them, and how long training takes.

A profile predicts; it decides nothing. Training costs about six operations per parameter and token, two on the way
forward and four on the way back (Kaplan et al. 2020, section 2.1, arXiv 2001.08361), so the time follows from how
many operations per second a machine keeps up.
"""

from dataclasses import dataclass

GIB = 2**30
"""Bytes in a gibibyte."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A kind of machine, and the base model that it trains within the hour."""

    name: str
    """The word that `COURSE_PROFILE` takes."""
    machine: str
    """What kind of machine, for a reader."""
    base_parameters: int
    """Parameters of the base model that it trains."""
    base_tokens: int
    """Tokens that this model reads."""
    training_flops: float
    """Operations per second that training keeps up with."""
    flops_are_measured: bool
    """Whether that follows from the base model's own training time, or is taken as 30 % of what the maker states."""
    memory_bytes: int
    """Main memory, or the GPU's, that it can count on."""

    def minutes(self, n_parameters: int, n_tokens: int) -> float:
        """Predict how long a training run takes.

        Args:
            n_parameters: Parameters of the model.
            n_tokens: Tokens that it reads, repetitions included.

        Returns:
            Minutes; good to a factor of about 1.5, as small models and long contexts keep a machine less busy.

        Example:
            >>> PROFILES["laptop_amx"].minutes(n_parameters=2_000_000, n_tokens=3_000_000) < 5
            True
        """
        return 6 * n_parameters * n_tokens / self.training_flops / 60

    def fits(self, n_parameters: int, bytes_per_parameter: int = 16) -> bool:
        """Whether a model can be trained here at all, with half of the memory left for activations.

        Args:
            n_parameters: Parameters of the model.
            bytes_per_parameter: Weight, gradient and two optimizer moments in float32 are 16.

        Returns:
            True if weights, gradients and optimizer state take at most half of the memory.

        Example:
            >>> PROFILES["t4"].fits(124_000_000), PROFILES["t4"].fits(7_000_000_000)
            (True, False)
        """
        return n_parameters * bytes_per_parameter <= self.memory_bytes / 2


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="laptop",
            machine="two processor cores",
            base_parameters=2_200_000,
            base_tokens=3_300_000,
            training_flops=6e10,
            flops_are_measured=True,
            memory_bytes=4 * GIB,
        ),
        Profile(
            name="laptop_amx",
            machine="two processor cores with AMX",
            base_parameters=2_200_000,
            base_tokens=3_300_000,
            training_flops=1.4e11,
            flops_are_measured=True,
            memory_bytes=4 * GIB,
        ),
        Profile(
            name="t4",
            machine="one T4 GPU",
            base_parameters=25_000_000,
            base_tokens=300_000_000,
            training_flops=0.3 * 65e12,
            flops_are_measured=False,
            memory_bytes=15 * GIB,
        ),
        Profile(
            name="a100",
            machine="one A100 GPU",
            base_parameters=124_000_000,
            base_tokens=400_000_000,
            training_flops=0.3 * 312e12,
            flops_are_measured=False,
            memory_bytes=39 * GIB,
        ),
        Profile(
            name="h100",
            machine="one H100 GPU",
            base_parameters=124_000_000,
            base_tokens=1_200_000_000,
            training_flops=0.3 * 989e12,
            flops_are_measured=False,
            memory_bytes=79 * GIB,
        ),
    )
}
"""Name → profile, from the smallest machine to the largest."""


def profile_for(device: str, name: str, has_amx: bool) -> Profile:
    """The profile that suits a machine.

    Args:
        device: `cuda`, `mps` or `cpu`.
        name: The accelerator's name, which tells GPUs apart.
        has_amx: Whether the processor multiplies bfloat16 in tiles.

    Returns:
        The nearest profile that promises no more than the machine has: an unknown GPU counts as a T4.

    Example:
        >>> profile_for("cuda", "NVIDIA H100 80GB HBM3", has_amx=True).name
        'h100'
        >>> profile_for("cpu", "Intel Xeon", has_amx=False).name
        'laptop'
    """
    if device != "cuda":
        return PROFILES["laptop_amx" if has_amx else "laptop"]
    known = {"H100": "h100", "H200": "h100", "B200": "h100", "A100": "a100"}
    return PROFILES[next((profile for part, profile in known.items() if part in name), "t4")]


def current_profile() -> Profile:
    """The profile of this machine, or the one that `COURSE_PROFILE` names.

    Returns:
        The profile.

    Raises:
        CourseError: If `COURSE_PROFILE` names none.

    Example:
        >>> current_profile().name in PROFILES
        True
    """
    import os

    from course_lib.common.device import machine
    from course_lib.common.errors import CourseError

    chosen = os.environ.get("COURSE_PROFILE")
    if chosen and chosen not in PROFILES:
        raise CourseError(f"COURSE_PROFILE is {chosen!r}: there are {', '.join(PROFILES)}")
    if chosen:
        return PROFILES[chosen]
    here = machine()
    return profile_for(here.device, here.name, here.has_amx)

"""What a check asks of an answer before it looks at the numbers: that there is one, and that its shape is right."""

import torch

from course_lib.classroom.registry import Wrong


def tensor_of(found: object, shape: tuple[int, ...], what: str, why: str = "") -> torch.Tensor:
    """What a candidate returned, if it is a tensor of this shape.

    Args:
        found: What came back.
        shape: The shape that it should have.
        what: What it is, as the message's first words.
        why: What gives it that shape, as the message's last words.

    Returns:
        `found`, as it came.

    Raises:
        Wrong: If nothing came back, or no tensor, or one of another shape.

    Example:
        >>> tensor_of(torch.tensor([2.0, 5.0]), (2,), "the loss")
        tensor([2., 5.])
        >>> tensor_of(torch.tensor([2.0, 5.0]), (), "the loss")
        Traceback (most recent call last):
        course_lib.classroom.registry.Wrong: the loss has shape (2,); () is wanted
    """
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if not isinstance(found, torch.Tensor):
        raise Wrong(f"{what} came back as a {type(found).__name__}; a tensor is wanted")
    if tuple(found.shape) != shape:
        raise Wrong(f"{what} has shape {tuple(found.shape)}; {shape} is wanted{f': {why}' if why else ''}")
    return found

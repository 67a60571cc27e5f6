"""The one error that a learner may meet: a line that says what is wrong and what to do."""


class CourseError(Exception):
    """Something a person can mend, told in one line: what, the value, the limit, the likely cause.

    The command line prints it after `error:` and exits with status 2; a notebook shows it as it is.

    Example:
        >>> str(CourseError("prompt has 300 tokens, the model reads at most 256: shorten it"))
        'prompt has 300 tokens, the model reads at most 256: shorten it'
    """

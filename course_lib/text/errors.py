"""What the functions of this room raise for text, ids or settings that cannot be used."""

from course_lib.common.errors import CourseError


class TextError(CourseError, ValueError):
    """A value that cannot be used, told in one line: the command line prints it, and code may catch a ValueError.

    Example:
        >>> issubclass(TextError, ValueError)
        True
    """

"""`progress`: what the learner has done so far."""


def progress() -> None:
    """Show the exercises, quiz answers and predictions of every notebook so far."""
    from course_lib.classroom import progress as table

    print(table())

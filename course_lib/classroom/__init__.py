"""The classroom: what a notebook asks of the learner, and what it says back.

- `set_up`: the standard first cell ends here; `exercise`, `hint`, `yours`: your code in the place of the library's
- `parity`: yours against the library's; `predict`, `calibration`: guess before you run
- `quiz`: five questions with reasons; `expect`: is my number OK?; `claim`: what articles assert, measured
- `progress`, `course_stops`: how far you are, on which map; `export_my`, `restore_my`: how to take it with you
- `Exercise`, `Mistake`, `Wrong`, `Question`, `Claim`, `Diagnosis`: what a file in `checks/` is made of
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Claim": "registry",
        "Diagnosis": "registry",
        "Exercise": "registry",
        "Mistake": "registry",
        "Question": "registry",
        "Wrong": "registry",
        "calibration": "predictions",
        "claim": "claims",
        "course_stops": "course_map",
        "exercise": "exercises",
        "expect": "expectations",
        "export_my": "export",
        "hint": "hints",
        "parity": "comparison",
        "predict": "predictions",
        "progress": "record",
        "quiz": "quizzes",
        "restore_my": "export",
        "set_up": "setup_cell",
        "yours": "learner_parts",
    },
)

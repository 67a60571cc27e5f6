"""Controls over a pure figure function: move one, and the picture is drawn anew."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from course_lib.common.errors import CourseError
from course_lib.viz.stage import Stage
from course_lib.viz.style import png

if TYPE_CHECKING:
    from ipywidgets import VBox, Widget
    from matplotlib.figure import Figure

Values = dict[str, float | int | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slider:
    """One number that the reader may move, by mouse, by touch or with the arrow keys; whole if its step is."""

    low: float | int
    """Smallest value."""
    high: float | int
    """Largest value."""
    start: float | int
    """Where it stands at first, as in the static picture."""
    step: float | int = 0.1
    """What one arrow key moves it by."""
    label: str = ""
    """What it is called, with its unit; its name if empty."""

    def __post_init__(self) -> None:
        if not self.low <= self.start <= self.high:
            raise ValueError(f"start is {self.start}: it must lie between low {self.low} and high {self.high}")

    def clip(self, value: float | int) -> float:
        """The nearest value that the slider can take."""
        return type(self.step)(min(self.high, max(self.low, value)))

    def widget(self, name: str) -> "Widget":
        """The control itself."""
        import ipywidgets as widgets

        kind, digits = (widgets.IntSlider, "d") if isinstance(self.step, int) else (widgets.FloatSlider, ".2f")
        return kind(
            value=self.clip(self.start),
            min=self.low,
            max=self.high,
            step=self.step,
            description=self.label or name,
            readout_format=digits,
            style={"description_width": "150px"},
            layout=widgets.Layout(width="480px", max_width="100%"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TextBox:
    """A line of text that the reader may edit; the picture follows when they press Enter or leave it."""

    start: str
    """What it holds at first, as in the static picture."""
    label: str = ""
    """What it is called; its name if empty."""

    def clip(self, value: str) -> str:
        """The text as it is."""
        return value

    def widget(self, name: str) -> "Widget":
        """The control itself."""
        import ipywidgets as widgets

        return widgets.Text(
            value=self.start,
            description=self.label or name,
            continuous_update=False,
            style={"description_width": "150px"},
            layout=widgets.Layout(width="720px", max_width="100%"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of a few names, chosen from a list by mouse, by touch or with the arrow keys."""

    options: tuple[str, ...]
    """The names, in the order of the list."""
    start: str
    """Which one stands there at first, as in the static picture."""
    label: str = ""
    """What is chosen; its name if empty."""

    def __post_init__(self) -> None:
        if self.start not in self.options:
            raise ValueError(f"start is {self.start!r}: it must be one of {', '.join(self.options)}")

    def clip(self, value: str) -> str:
        """The name, or the one at the start if it is not in the list."""
        return value if value in self.options else self.start

    def widget(self, name: str) -> "Widget":
        """The control itself."""
        import ipywidgets as widgets

        return widgets.Dropdown(
            options=self.options,
            value=self.start,
            description=self.label or name,
            style={"description_width": "150px"},
            layout=widgets.Layout(width="480px", max_width="100%"),
        )


def explore(
    draw: Callable[..., "Figure | Stage"],
    controls: Mapping[str, Slider | TextBox | Choice],
    describe: Callable[..., str],
    actions: Mapping[str, Callable[[Values], Values]] | None = None,
) -> "VBox":
    """Put controls over a figure, so that the reader can ask "what if?".

    Works in ipywidgets 7.7 and 8 and needs the keyboard alone: Tab reaches each control, arrow keys move it. The words
    of `describe` are the picture's alt text and stand below it, where a screen reader announces each change.

    Args:
        draw: Takes the controls' values by name and returns a figure or a stage; nothing else decides what it draws. It
            should take less than 150 ms. A `CourseError` that it raises is shown in the picture's place.
        controls: Name of an argument → its slider, text box or choice.
        describe: Takes the same values and says in a sentence what the picture shows.
        actions: Label of a button → a function from the present values to new ones ("one step downhill"). A "start
            again" button is always there.

    Returns:
        The controls and the picture, to be displayed as the last line of a cell.
    """
    import ipywidgets as widgets

    handles = {name: control.widget(name) for name, control in controls.items()}
    picture = widgets.HTML()
    pausing = False

    def values() -> Values:
        return {name: handle.value for name, handle in handles.items()}

    def redraw(_: object = None) -> None:
        if pausing:
            return
        try:
            picture.value = _image(draw(**values()), describe(**values()))
        except CourseError as error:
            picture.value = _message(str(error))
        except Exception as error:  # ipywidgets logs what a callback raises, where nobody looks
            picture.value = _message(f"This could not be drawn. {type(error).__name__}: {error}")
            raise

    def move_to(new: Values) -> None:
        nonlocal pausing
        pausing = True
        for name, value in new.items():
            handles[name].value = controls[name].clip(value)
        pausing = False
        redraw()

    start = {name: control.start for name, control in controls.items()}
    buttons = []
    for label, action in {**(actions or {}), "start again": lambda _: start}.items():
        button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
        button.on_click(lambda _, act=action: move_to(act(values())))
        buttons.append(button)
    for handle in handles.values():
        handle.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*handles.values(), widgets.HBox(buttons), picture])


def _message(words: str) -> str:
    """Words in the picture's place."""
    return f'<p role="status" aria-live="polite">{escape(words)}</p>'


def _image(picture: "Figure | Stage", words: str) -> str:
    """The figure as HTML: a picture with alt text, at a fixed size so that the page does not jump, and the words."""
    figure = picture.figure if isinstance(picture, Stage) else picture
    width, height = (round(inches * figure.dpi) for inches in figure.get_size_inches())
    source = "data:image/png;base64," + b64encode(png(picture)).decode()
    return (
        f'<img src="{source}" alt="{escape(words)}" width="{width}" height="{height}" style="max-width:100%">'
        f'<p role="status" aria-live="polite" style="margin:0">{escape(words)}</p>'
    )

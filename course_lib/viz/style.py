"""The course's look: one palette that colour-blind readers can tell apart, one size of type, pictures with alt text."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.viz.stage import Stage

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Line colours, in order (Okabe and Ito's set without yellow and black): told apart by all common kinds of sight."""

MARKERS = ("o", "s", "^", "D", "v", "P")
"""Point shapes that go with the colours, so that a grey print reads as well."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
"""Line patterns that go with the colours."""

INK, QUIET = "#222222", "#8A8A8A"
"""Text, and what should stand back: guides, older curves."""


def use_course_style() -> None:
    """Give every matplotlib figure from here on the course's look.

    Lines drawn one after the other differ in colour and in pattern; axes have no box; type is readable at the width of
    a notebook page.

    Example:
        >>> import matplotlib as mpl
        >>> with mpl.rc_context():
        ...     use_course_style()
        ...     mpl.rcParams["axes.spines.top"]
        False
    """
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=PALETTE) + cycler(linestyle=DASHES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#E4E4E4",
            "grid.linewidth": 0.6,
            "figure.figsize": (7.0, 3.4),
            "figure.dpi": 100,
            "savefig.dpi": 100,
            "figure.facecolor": "white",
            "font.size": 10,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "lines.markersize": 5,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "image.cmap": "cividis",
        }
    )


def png(figure: "Figure | Stage") -> bytes:
    """The figure as PNG, compressed for speed rather than size; the same figure gives the same bytes.

    Args:
        figure: Any matplotlib figure, or a stage as it is now.

    Returns:
        The file's bytes.

    Example:
        >>> from matplotlib.figure import Figure
        >>> png(Figure(figsize=(1, 1)))[1:4]
        b'PNG'
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from course_lib.viz.stage import Stage

    if isinstance(figure, Stage):
        return figure.png()
    buffer = BytesIO()
    canvas = FigureCanvasAgg(figure)
    canvas.print_png(buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return buffer.getvalue()


def show(figure: "Figure | Stage", alt: str) -> None:
    """Show a figure in the page with a description for those who cannot see it.

    Args:
        figure: What to show. It is closed afterwards, so that it does not appear a second time.
        alt: What the picture says, in a sentence or two.

    Raises:
        ValueError: If the description is empty.
    """
    from IPython.display import display
    from matplotlib import pyplot

    from course_lib.viz.stage import Stage

    if not alt.strip():
        raise ValueError("alt is empty: say in a sentence what the picture shows")
    pyplot.close(figure.figure if isinstance(figure, Stage) else figure)
    data = {"image/png": png(figure), "text/plain": alt}
    display(data, raw=True, metadata={"image/png": {"alt": alt}})

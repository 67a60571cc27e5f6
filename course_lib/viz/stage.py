"""A picture whose still parts are drawn once, so that the moving ones can follow a slider."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure


class Stage:
    """A figure in two layers: axes, ticks and examples below, drawn once; the moving parts above, drawn each time.

    Drawing ticks and text takes most of a figure's time, and they seldom change.

    Args:
        figure: The whole figure, not registered with pyplot.
        moving: The parts of it that will change; they are drawn over the rest, in this order.

    Example:
        >>> from matplotlib.figure import Figure
        >>> figure = Figure(figsize=(1, 1), dpi=50)
        >>> line, = figure.add_axes((0, 0, 1, 1)).plot([0, 1], [0, 1])
        >>> stage = Stage(figure, [line])
        >>> first = stage.png()
        >>> line.set_data([0, 1], [1, 0])
        >>> first == stage.png()
        False
    """

    def __init__(self, figure: "Figure", moving: Sequence["Artist"]) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self.figure = figure
        self.moving = list(moving)
        for artist in self.moving:
            artist.set_animated(True)  # left out of the still layer
        self._canvas = FigureCanvasAgg(figure)
        self._canvas.draw()
        self._still = self._canvas.copy_from_bbox(figure.bbox)

    def png(self) -> bytes:
        """The picture as it is now."""
        import numpy as np
        from matplotlib.image import imsave

        self._canvas.restore_region(self._still)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        buffer = BytesIO()
        pixels = np.asarray(self._canvas.buffer_rgba())
        imsave(buffer, pixels, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 3})
        return buffer.getvalue()

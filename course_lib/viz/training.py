"""Pictures of learning: the loss as it falls, what a model writes on the way, what it knows, and number formats."""

import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def running_mean(reports: Sequence[Any], n_steps: int) -> list[float]:
    """The mean loss of the latest twentieth of a run, at each report: enough to calm it, short enough not to lag."""
    memory = max(1, n_steps // 20)
    latest = [[each.loss for each in reports[max(0, last - memory) : last]] for last in range(1, len(reports) + 1)]
    return [sum(losses) / len(losses) for losses in latest]


def draw_loss(axes: "Axes", reports: Sequence[Any], n_steps: int, blind: float | None = None) -> None:
    """Draw the loss of a run so far: every batch as a dot, their running mean as a line.

    Args:
        axes: Where to draw.
        reports: From `train`.
        n_steps: Steps in the whole run: the width of the picture.
        blind: The loss of a guess that knows nothing, in nats; drawn as a level line.
    """
    steps = [report.step for report in reports]
    axes.plot(steps, [report.loss for report in reports], ".", color=QUIET, markersize=3, label="one batch")
    axes.plot(steps, running_mean(reports, n_steps), color=PALETTE[0], linestyle="-", label="running mean")
    measured = [(report.step, report.validation_loss) for report in reports if report.validation_loss is not None]
    if measured:
        axes.plot(*zip(*measured, strict=True), "s", color=PALETTE[1], linestyle=DASHES[1], label="unread pages")
    if blind is not None:
        axes.axhline(blind, color=INK, linestyle=":", linewidth=1, label="blind guess")
    axes.set(xlim=(0, n_steps), xlabel="step", ylabel="loss (nats per token)")
    axes.set_ylim(bottom=0)


def loss_figure(
    reports: Sequence[Any], n_steps: int, blind: float | None = None, counted: str = "tokens read"
) -> "Figure":
    """`draw_loss` as a figure of its own, with how far the run is.

    Args:
        reports: From `train`.
        n_steps: Steps in the whole run.
        blind: The loss of a guess that knows nothing, in nats.
        counted: What `tokens_seen` counts: the places that are scored. Where each token has a target, as in pages,
            these are the tokens read; where some are read without being scored, say so.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.2), layout="constrained")
    axes = figure.subplots()
    draw_loss(axes, reports, n_steps, blind)
    axes.set_title(f"step {reports[-1].step} of {n_steps}, {reports[-1].tokens_seen:,} {counted}")
    axes.legend(loc="upper right")
    return figure


def live_curve(
    reports: Iterable[Any],
    n_steps: int,
    *,
    blind: float | None = None,
    counted: str = "tokens read",
    every_seconds: float | int = 2.0,
) -> Iterator[Any]:
    """Let reports pass through, and keep one picture of the loss up to date below the cell.

    Args:
        reports: From `train`.
        n_steps: Steps in the whole run.
        blind: The loss of a guess that knows nothing, in nats.
        counted: What `tokens_seen` counts, as in `loss_figure`.
        every_seconds: How often the picture is drawn anew; it is drawn a last time at the end.

    Yields:
        The reports, unchanged.
    """
    from IPython.display import display

    seen, handle, drawn = [], None, time.monotonic()
    for report in reports:
        seen.append(report)
        yield report
        if time.monotonic() - drawn < every_seconds and report.step < n_steps:
            continue
        words = f"The loss fell from {seen[0].loss:.2f} to {report.loss:.2f} nats in {report.step} steps."
        picture = {"image/png": png(loss_figure(seen, n_steps, blind, counted)), "text/plain": words}
        about = {"image/png": {"alt": words}}
        if handle is None:
            handle = display(picture, raw=True, metadata=about, display_id=True)
        else:
            handle.update(picture, raw=True, metadata=about)
        drawn = time.monotonic()


def samples_figure(reports: Sequence[Any], samples: Mapping[int, str], n_steps: int, blind: float) -> "Figure":
    """Draw the loss with what the model wrote at some steps beneath it, numbered as on the curve.

    Args:
        reports: From `train`.
        samples: Steps taken → what the model wrote then.
        n_steps: Steps in the whole run.
        blind: The loss of a guess that knows nothing, in nats; where the curve begins.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    lines = [
        (step, textwrap.wrap(text.replace("\n", " ↵ "), 96, max_lines=2, placeholder=" …") or ["(nothing)"])
        for step, text in samples.items()
    ]
    n_lines = sum(len(wrapped) + 0.6 for _, wrapped in lines)
    figure = Figure(figsize=(9.0, 2.6 + 0.19 * n_lines), layout="constrained")
    axes, page = figure.subplots(2, 1, height_ratios=(2.6, 0.19 * n_lines))
    draw_loss(axes, reports, n_steps, blind)
    axes.legend(loc="upper right", ncols=4, bbox_to_anchor=(1.0, 1.2))
    heights = [blind, *running_mean(reports, n_steps)]
    page.set(xlim=(0, 1), ylim=(n_lines, 0))
    page.axis("off")
    height = 0.4
    for number, (step, wrapped) in enumerate(lines, 1):
        axes.plot(step, heights[step], marker="o", color="white", markeredgecolor=INK, markersize=13, zorder=4,
                  clip_on=False)  # fmt: skip
        axes.text(step, heights[step], str(number), ha="center", va="center", fontsize=9, zorder=5)
        page.text(0, height, f"{number}", va="top", fontweight="bold", fontsize=9)
        page.text(0.025, height, f"step {step}", va="top", fontsize=9, color="#555555")
        page.text(0.11, height, "\n".join(wrapped), va="top", fontsize=8, family="monospace")
        height += len(wrapped) + 0.6
    return figure


def recall_figure(curves: Mapping[str, Mapping[int, float]], levels: Mapping[str, float], xlabel: str) -> "Figure":
    """Draw the share of facts that a model gets right as it reads on.

    Args:
        curves: Way of asking → place on the x axis → share right.
        levels: Name → a share to compare with, drawn as a level line.
        xlabel: What the x axis counts.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.0), layout="constrained")
    axes = figure.subplots()
    for index, (name, curve) in enumerate(curves.items()):
        axes.plot(list(curve), list(curve.values()), marker=MARKERS[index], color=PALETTE[index],
                  linestyle=DASHES[index], label=name)  # fmt: skip
    for name, level in levels.items():
        axes.axhline(level, color=QUIET, linestyle=":", linewidth=1.2, label=name)
    axes.set(ylim=(-0.02, 1.02), xlabel=xlabel, ylabel="share of facts right")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def formats_figure(formats: Mapping[str, tuple[float, float, float, float]]) -> "Figure":
    """Draw number formats: how far they reach, and how coarse they are on the way.

    Args:
        formats: Name → smallest number above 0, smallest at full precision, largest, gap between 1 and the next
            number. Between the first two the absolute gap stays the same, so the relative one grows to 1.

    Returns:
        The figure: low is fine, high is coarse, and beyond an end of a line there is nothing.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 3.2), layout="constrained")
    axes = figure.subplots()
    for index, (name, (least, normal, largest, gap)) in enumerate(formats.items()):
        axes.plot([least, normal, largest], [1, gap, gap], color=PALETTE[index], linestyle=DASHES[index],
                  marker=MARKERS[index], label=name)  # fmt: skip
        end = f"{largest:,.0f}" if largest < 1e6 else f"{largest:.1e}"
        axes.annotate(f"to {end}", (largest, gap), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set(xscale="log", yscale="log", xlabel="size of the number", ylabel="gap to the next, as a share")
    axes.set_xlim(right=1e52)
    axes.set_xticks([10.0**power for power in range(-40, 41, 10)])
    axes.minorticks_off()
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure

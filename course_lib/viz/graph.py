"""A calculation as a graph: a box for each number, an arrow to each computed from it, gradients walking back."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from course_lib.viz.style import INK, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Number = float | int
Place = tuple[float, float]


@runtime_checkable
class Node(Protocol):
    """A number that remembers: all that the picture needs of it."""

    number: float
    gradient: float
    operation: str
    parents: "tuple[Node, ...]"
    slopes: tuple[Number, ...]


def in_order(result: Node) -> list[Node]:
    """All numbers of a calculation, each once and after those it was made from; `result` comes last."""
    found, seen, stack = [], {id(result)}, [(result, iter(result.parents))]
    while stack:
        fresh = next((parent for parent in stack[-1][1] if id(parent) not in seen), None)
        if fresh is None:
            found.append(stack.pop()[0])
        else:
            seen.add(id(fresh))
            stack.append((fresh, iter(fresh.parents)))
    return found


def layout(result: Node) -> dict[int, Place]:
    """Where each box goes: columns from left to right as the calculation goes, rows so that arrows seldom cross.

    Args:
        result: The end of the calculation.

    Returns:
        `id` of a number → its column and row, both counted from 0 at the upper left.

    A number stands one column before the first that is computed from it, and one that is computed on the row of those
    it was made from, so that chains run straight. What would cover another, or an arrow that jumps over columns, moves
    down; given numbers take free places.
    """
    nodes = in_order(result)
    back, last_use = {id(result): 0}, {}  # columns from the right: of each number, and of the last made from it
    for node in reversed(nodes):
        for parent in node.parents:
            back[id(parent)] = max(back.get(id(parent), 0), back[id(node)] + 1)
            last_use[id(parent)] = min(last_use.get(id(parent), back[id(node)]), back[id(node)])
    rows: dict[int, float] = {}
    lowest: dict[int, float] = {}  # column → the lowest row of it that is taken
    for node in nodes:
        column = back[id(node)]
        free = lowest.get(column, -1.0) + 1
        beside = [parent for parent in node.parents if parent.parents] or node.parents
        level = sum(rows[id(parent)] for parent in beside) / max(len(beside), 1)
        rows[id(node)] = lowest[column] = max(level, free)
        for jumped in range(last_use.get(id(node), column) + 1, column):
            lowest[jumped] = max(lowest.get(jumped, -1.0), rows[id(node)])
    return {id(node): (float(max(back.values()) - back[id(node)]), rows[id(node)]) for node in nodes}


def short(number: Number, digits: int = 3) -> str:
    """A number in at most three digits, two where there is little room, with a real minus sign.

    Example:
        >>> short(-12.0), short(0.12345), short(0.12345, digits=2), short(0.0012345), short(-0.0)
        ('−12', '0.123', '0.12', '0.0012', '0')
    """
    if abs(number) < 5e-5:
        return "0"
    return f"{number:.{digits if abs(number) >= 0.01 else 2}g}".replace("-", "−")


_RAISED = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


def sign(operation: str) -> str:
    """What stands in a box for an operation; a power is raised.

    Example:
        >>> sign("×"), sign("^2"), sign("^-1")
        ('×', '²', '⁻¹')
    """
    return operation[1:].translate(_RAISED) if operation.startswith("^") else operation


_BLAME = "#B34700"
_DASHES = (0, (3, 2))
_BOX = {"fontsize": 8, "ha": "center", "va": "center", "zorder": 4}
_LABEL = {"fontsize": 7, "ha": "center", "va": "center", "zorder": 3}


def _draw_box(axes: "Axes", place: Place, node: Node, name: str, known: bool, wide: float, digits: int) -> None:
    """A box with its name and operation, its number, and its gradient if that is known."""
    from matplotlib.patches import FancyBboxPatch

    (x, y), given = place, not node.parents
    shape = FancyBboxPatch(
        (x - wide / 2, y - 0.37), wide, 0.74, boxstyle="round,pad=0,rounding_size=0.07", mutation_aspect=1,
        facecolor="#EAF2F8" if given else "white", edgecolor=PALETTE[1] if known else INK,
        linewidth=1.8 if known else 0.9, zorder=3,
    )  # fmt: skip
    axes.add_patch(shape)
    made_by = f" ({sign(node.operation)})" if name and node.operation else sign(node.operation)
    axes.text(x, y - 0.2, f"{name}{made_by}", fontweight="bold", **_BOX)
    axes.text(x, y + (0.04 if known else 0.1), f"→ {short(node.number, digits)}", color=PALETTE[0], **_BOX)
    if known:
        axes.text(x, y + 0.25, f"← {short(node.gradient, digits)}", color=_BLAME, **_BOX)


def _arrow(axes: "Axes", start: Place, end: Place, thick: float) -> list[Place]:
    """Corners of a straight arrow that looks the same whatever the axes' scales; `thick` is in points."""
    box = axes.get_window_extent()
    points = 72 / axes.figure.dpi
    across = points * box.width / abs(axes.get_xlim()[1] - axes.get_xlim()[0])  # points per unit
    upward = points * box.height / abs(axes.get_ylim()[1] - axes.get_ylim()[0])
    dx, dy = (end[0] - start[0]) * across, (end[1] - start[1]) * upward
    length = (dx**2 + dy**2) ** 0.5
    neck, half = length - 4 - thick / 2, thick / 2
    outline = ((0, half), (neck, half), (neck, half + 2.5), (length, 0), (neck, -half - 2.5), (neck, -half), (0, -half))
    turned = [((dx * on - dy * off) / length, (dy * on + dx * off) / length) for on, off in outline]
    return [(start[0] + x / across, start[1] + y / upward) for x, y in turned]


def _draw_arrow(axes: "Axes", left: Place, right: Place, label: str, share: float | None, along: float) -> None:
    """A thin arrow to what is computed from a number; an orange one back once blame has come, the thicker the more.

    Where nothing came, with a share of 0, the arrow back is dashed.
    """
    from matplotlib.patches import Polygon

    thick = 0.7 if share is None else 1.2 + 6 * share
    ends, color = ((left, right), INK) if share is None else ((right, left), PALETTE[1])
    if share == 0:
        arrow = {"arrowstyle": "->", "color": color, "linestyle": _DASHES, "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=left, xytext=right, arrowprops=arrow, zorder=2)
    else:
        axes.add_artist(Polygon(_arrow(axes, *ends, thick), facecolor=color, linewidth=0, alpha=0.7, zorder=2))
    if label:
        place = (left[0] + along * (right[0] - left[0]), left[1] + along * (right[1] - left[1]))
        axes.text(*place, label, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, **_LABEL)


def _held(passed: Collection[Node] | Mapping[Node, Number]) -> dict[int, Number]:
    """`id` of each number that has passed on → the gradient that it held then."""
    return {id(node): passed[node] if isinstance(passed, Mapping) else node.gradient for node in passed}


def _went_back(nodes: list[Node], shown: set[int], gone: dict[int, Number]) -> dict[tuple[int, int], Number]:
    """`id` of a number and which of its parents → what it passed back there, where that parent's gradient is shown."""
    return {
        (id(node), port): slope * gone[id(node)]
        for node in nodes
        for port, (parent, slope) in enumerate(zip(node.parents, node.slopes, strict=True))
        if id(node) in gone and id(parent) in shown
    }


def draw_graph(
    axes: "Axes",
    result: Node,
    names: Mapping[str, Node],
    known: Collection[Node] | None = None,
    passed: Collection[Node] | Mapping[Node, Number] | None = None,
    labels: bool = True,
    wide: Number = 0.56,
) -> None:
    """Draw a calculation: → is a number, computed from left to right; ← its gradient, walked back from right to left.

    Args:
        axes: Where to draw; its frame is removed. One unit is the distance of two columns or rows.
        result: The end of the calculation.
        names: Name → number, for those that have one; others show the operation alone.
        known: The numbers whose gradient is shown; all if not given.
        passed: The numbers that have passed their gradient on to those they were made from; all if not given. Where
            one has, the arrow to a known number is as thick as what went back along it is large. A mapping says what
            gradient each held then: a wrong walk may pass on another than it ends with, and such a box says so below.
        labels: Whether each arrow says its slope, and what it passed back. Without, numbers have two digits.
        wide: Width of a box, in columns.
    """
    nodes, places = in_order(result), layout(result)
    called = {id(node): name for name, node in names.items()}
    shown = {id(node) for node in (nodes if known is None else known)}
    gone = _held(nodes if passed is None else passed)
    back = _went_back(nodes, shown, gone)
    largest = max([1e-12, *map(abs, back.values())])
    n_uses = Counter(id(parent) for node in nodes for parent in node.parents)
    right, bottom = (max(place[axis] for place in places.values()) for axis in (0, 1))
    axes.set(xlim=(-wide / 2 - 0.05, right + wide / 2 + 0.05), ylim=(bottom + 0.45, -0.45))
    axes.axis("off")
    for node in nodes:
        place = places[id(node)]
        _draw_box(axes, place, node, called.get(id(node), ""), id(node) in shown, wide, 3 if labels else 2)
        if node.parents and gone.get(id(node), node.gradient) != node.gradient:
            axes.text(place[0], place[1] + 0.5, f"passed on {short(gone[id(node)])}", color=_BLAME, **_LABEL)
        n_arrows = len(node.parents)
        for port, (parent, slope) in enumerate(zip(node.parents, node.slopes, strict=True)):
            (x, y), (end_x, end_y) = places[id(parent)], place
            left, right = (x + wide / 2, y), (end_x - wide / 2, end_y + 0.3 * (port - (n_arrows - 1) / 2))
            share, label = None, f"slope {short(slope)}"
            if (came := back.get((id(node), port))) is not None:
                share = abs(came) / largest
                label = f"{short(slope)} × {short(gone[id(node)])}\n= {short(came)}"
            along = 0.5 if n_uses[id(parent)] == 1 else 0.6  # arrows that part are labelled where they are apart
            _draw_arrow(axes, left, right, label if labels else "", share, along)


def graph_figure(
    result: Node,
    names: Mapping[str, Node],
    known: Collection[Node] | None = None,
    passed: Collection[Node] | Mapping[Node, Number] | None = None,
    labels: bool = True,
) -> "Figure":
    """`draw_graph` as a figure of its own, as large as the calculation needs.

    Args:
        result: The end of the calculation.
        names: Name → number, for those that have one.
        known: The numbers whose gradient is shown; all if not given.
        passed: The numbers that have passed their gradient on; all if not given. A mapping says what each held then.
        labels: Whether each arrow says its slope, and what it passed back.

    Returns:
        The figure: with labels a column is 1.66 inches wide, without 0.92.
    """
    from matplotlib.figure import Figure

    places = layout(result).values()
    n_columns, n_rows = (1 + max(place[axis] for place in places) for axis in (0, 1))
    column, row, wide = (1.66, 0.7, 0.46) if labels else (0.92, 0.74, 0.74)
    figure = Figure(figsize=(column * n_columns - 0.3, row * n_rows))
    draw_graph(figure.add_axes((0, 0, 1, 1)), result, names, known, passed, labels, wide)
    return figure

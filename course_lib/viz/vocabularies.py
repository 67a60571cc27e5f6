"""Pictures of vocabularies: what a text costs in each language, how large a vocabulary pays, and letters counted."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Number = float | int


def cost_figure(
    costs: Mapping[str, Mapping[str, Number]], unit: str = "English", groups: Mapping[str, Sequence[str]] | None = None
) -> "Figure":
    """How many times dearer the same text is in each language, one mark for each vocabulary; the costs stand beside.

    Args:
        costs: Vocabulary → language → cost; languages in the order of the first.
        unit: The language whose cost is 1.
        groups: Heading → the languages below it, all of them once; without it there are no headings.

    Returns:
        The figure.

    Raises:
        ValueError: There is nothing to draw, `unit` is missing, a cost is not above 0, or the groups are not these
            languages.
    """
    from matplotlib import pyplot as plt

    if not costs or not all(unit in each for each in costs.values()):
        raise ValueError(f"there is no cost of {unit} to compare with")
    if any(cost <= 0 for each in costs.values() for cost in each.values()):
        raise ValueError("a cost is 0 or less: every text has at least one token")
    levels, headings = _levels(list(next(iter(costs.values()))), groups)
    figure, axes = plt.subplots(figsize=(8, 0.28 * (len(levels) + len(headings)) + 1.0), layout="constrained")
    for place, (name, each) in enumerate(costs.items()):
        look = {"color": PALETTE[place], "label": name, "linestyle": "none"}
        times = [each[language] / each[unit] for language in levels]
        axes.plot(times, list(levels.values()), MARKERS[place], **look)
        for language, level in levels.items():
            axes.text(1.05 + 0.07 * place, level, f"{each[language]:,}", color=PALETTE[place], fontsize=8,
                      ha="right", va="center", transform=axes.get_yaxis_transform())  # fmt: skip
    largest = max(cost / each[unit] for each in costs.values() for cost in each.values())
    axes.axvline(1, color=QUIET, linestyle=":")
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50) if tick <= largest * 1.5]
    axes.set(xscale="log", xlabel=f"times the tokens of {unit} (axis: equal steps multiply); right: tokens")
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
    axes.set_xticks([], minor=True)
    _write_rows(axes, levels, headings)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(costs), borderaxespad=0)
    return figure


def _levels(
    rows: Sequence[str], groups: Mapping[str, Sequence[str]] | None
) -> tuple[dict[str, float], dict[str, float]]:
    """Where each row lies, from above, and where each heading."""
    if groups is None:
        return {row: float(level) for level, row in enumerate(rows)}, {}
    if sorted(row for group in groups.values() for row in group) != sorted(rows):
        raise ValueError("the groups do not hold every row once")
    levels, headings, level = {}, {}, 0.0
    for heading, group in groups.items():
        headings[heading] = level
        for row in group:
            level += 1
            levels[row] = level
        level += 1
    return levels, headings


def _write_rows(axes: "Axes", levels: Mapping[str, float], headings: Mapping[str, float]) -> None:
    """Name rows at the left, the first one on top, and write headings above their groups."""
    axes.set_yticks(list(levels.values()), list(levels))
    axes.set_ylim(max(levels.values()) + 0.6, min([*levels.values(), *headings.values()]) - 0.6)
    for heading, level in headings.items():
        axes.text(0.5, level, heading, ha="center", va="center", color=INK, fontsize=9, style="italic",
                  transform=axes.get_yaxis_transform())  # fmt: skip


def budgets_figure(panels: Mapping[str, Mapping[str, Mapping[int, Sequence[Number]]]]) -> "Figure":
    """One panel a measure: every run as a dot over the size of the vocabulary, the means joined by a line.

    Args:
        panels: Label of the vertical axis → name of a series → size of the vocabulary → one number a seed.

    Returns:
        The figure.

    Raises:
        ValueError: There is nothing to draw.
    """
    from matplotlib import pyplot as plt

    if not panels or not all(
        runs for series in panels.values() for sizes in series.values() for runs in sizes.values()
    ):
        raise ValueError("there is nothing to draw: a panel needs at least one run for each size")
    figure, all_axes = plt.subplots(1, len(panels), figsize=(4.4 * len(panels), 3.2), layout="constrained")
    for axes, (label, series) in zip([all_axes] if len(panels) == 1 else all_axes, panels.items(), strict=True):
        sizes = sorted({size for each in series.values() for size in each})
        for place, (name, each) in enumerate(series.items()):
            look = {"color": PALETTE[place], "marker": MARKERS[place]}
            aside = 1.1 ** (place - (len(series) - 1) / 2)  # so that two series do not hide one another
            for size, runs in each.items():
                axes.plot([size * aside] * len(runs), runs, alpha=0.45, linestyle="none", markersize=4, **look)
            means = [sum(each[size]) / len(each[size]) for size in sorted(each)]
            axes.plot([size * aside for size in sorted(each)], means, label=name, linestyle=DASHES[place], **look)
        axes.set_xscale("log", base=2)
        axes.margins(x=0.12)
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.set(xlabel="tokens in the vocabulary", ylabel=label)
    handles, names = axes.get_legend_handles_labels()
    handles, names = [*handles, _small_mark()], [*names, "small: each seed"]
    figure.legend(handles, names, loc="outside upper right", ncols=len(handles))
    return figure


def _small_mark() -> "Line2D":
    from matplotlib.lines import Line2D

    return Line2D([], [], color=QUIET, marker="o", markersize=4, alpha=0.6, linestyle="none")


def shares_right_figure(
    rows: Mapping[str, Mapping[str, Sequence[Number]]],
    chance: Mapping[str, Number],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> "Figure":
    """Shares of right answers, a row for each way of asking: every seed as a dot, the mean as a larger mark.

    Args:
        rows: Row → name of a series → share of right answers, one a seed.
        chance: Row → what always giving one answer is worth there, drawn as a dotted line; rows without it have none.
        groups: Heading → the rows below it, all of them once; without it there are no headings.

    Returns:
        The figure.

    Raises:
        ValueError: There is nothing to draw, a share is not between 0 and 1, `chance` names no row, or the groups are
            not these rows.
    """
    from matplotlib import pyplot as plt

    _check_shares(rows, chance)
    names = list(dict.fromkeys(name for series in rows.values() for name in series))
    levels, headings = _levels(list(rows), groups)
    figure, axes = plt.subplots(figsize=(8, 0.4 * (len(levels) + len(headings)) + 1.1), layout="constrained")
    for row, level in levels.items():
        for name, runs in rows[row].items():
            place, mean = names.index(name), sum(runs) / len(runs)
            height = level + 0.3 * (place - (len(names) - 1) / 2)
            look = {"color": PALETTE[place], "marker": MARKERS[place], "linestyle": "none"}
            axes.plot(runs, [height] * len(runs), alpha=0.4, markersize=4, **look)
            axes.plot([mean], [height], markersize=8, markeredgecolor=INK, **look)
            axes.text(1.02, height, f"{mean:.2f}", va="center", fontsize=8, color=PALETTE[place],
                      transform=axes.get_yaxis_transform())  # fmt: skip
        if row in chance:
            axes.plot([chance[row]] * 2, [level - 0.45, level + 0.45], color=INK, linestyle=":", linewidth=1.2)
    largest = max(share for series in rows.values() for runs in series.values() for share in (*runs, *chance.values()))
    axes.set(xlim=(-0.02, min(1.02, largest + 0.06)), xlabel="share of right answers")
    _write_rows(axes, levels, headings)
    handles = [plt.Line2D([], [], color=PALETTE[i], marker=MARKERS[i], linestyle="none", label=name)
               for i, name in enumerate(names)]  # fmt: skip
    labels = [*names, "small: each seed", "always one answer"]
    handles += [_small_mark(), plt.Line2D([], [], color=INK, linestyle=":")]
    figure.legend(handles, labels, loc="outside upper right", ncols=len(handles))
    return figure


def _check_shares(rows: Mapping[str, Mapping[str, Sequence[Number]]], chance: Mapping[str, Number]) -> None:
    shares = [share for series in rows.values() for runs in series.values() for share in runs]
    if not shares or not all(runs for series in rows.values() for runs in series.values()):
        raise ValueError("there is nothing to draw: every row needs at least one share")
    if not all(0 <= share <= 1 for share in (*shares, *chance.values())):
        raise ValueError("a share does not lie between 0 and 1")
    if not set(chance) <= set(rows):
        raise ValueError(f"chance names {', '.join(sorted(set(chance) - set(rows)))}, which is no row")


def bill_html(n_tokens: Mapping[str, int | None], n_bytes: int, price: Number) -> str:
    """A table of what one text costs in each vocabulary.

    Args:
        n_tokens: Vocabulary → how many tokens the text takes; None where it cannot be written.
        n_bytes: How many bytes the text has.
        price: Money for a million tokens.

    Returns:
        An HTML table.

    Raises:
        ValueError: A number is negative.

    Example:
        >>> bill_html({"bytes": 6, "letters": None}, n_bytes=6, price=2).count("cannot write it")
        1
    """
    if n_bytes < 0 or price < 0 or any(n is not None and n < 0 for n in n_tokens.values()):
        raise ValueError(f"{n_bytes} bytes at a price of {price}: counts and prices are 0 or more")
    head = "".join(f'<th scope="col" style="text-align:right;padding:0 10px">{title}</th>'
                   for title in ("tokens", "bytes a token", "a million such texts"))  # fmt: skip
    rows = [f'<tr><th scope="col" style="text-align:left">vocabulary</th>{head}</tr>']
    for name, n in n_tokens.items():
        told = (
            ("cannot write it", "", "")
            if n is None
            else (f"{n:,}", f"{n_bytes / n:.2f}" if n else "", f"{n * price:,.2f}")
        )
        cells = "".join(f'<td style="text-align:right;padding:0 10px">{each}</td>' for each in told)
        rows.append(f'<tr><th scope="row" style="text-align:left;font-weight:normal">{escape(name)}</th>{cells}</tr>')
    return f'<table style="border-collapse:collapse;color:{INK}">{"".join(rows)}</table>'

"""Stored results, gathered for a table or a curve: the values of a column under every seed, setting by setting."""

from collections.abc import Mapping, Sequence


def values_by(
    rows: Sequence[Mapping[str, str]], value: str, *settings: str, **chosen: str | int | float
) -> dict[tuple[str, ...], list[float]]:
    """A column of results, its rows gathered by their settings.

    Args:
        rows: From `read_results`.
        value: Name of the column.
        settings: Names of the columns that tell settings apart.
        chosen: Columns that must hold this value; other rows are left out.

    Returns:
        Each combination of settings, in the order in which the rows have them → its values, one a seed.

    Raises:
        ValueError: No row has such a value.

    Example:
        >>> rows = [{"seed": "0", "heat": "1.0", "new": "0.5"}, {"seed": "1", "heat": "1.0", "new": "0.7"}]
        >>> values_by(rows, "new", "heat")
        {('1.0',): [0.5, 0.7]}
    """
    found: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        if row.get(value) and all(row[name] == str(wanted) for name, wanted in chosen.items()):
            found.setdefault(tuple(row[name] for name in settings), []).append(float(row[value]))
    if not found:
        raise ValueError(f"no row has {value!r} with {chosen}: has the experiment been run?")
    return found

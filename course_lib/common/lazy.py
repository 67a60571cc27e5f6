"""Rooms that open their cupboards only when asked: lazily exported names (PEP 562)."""

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType


class Room(ModuleType):
    """A package in which an exported name wins over a sub-module of the same name (`generate` in `generate.py`)."""

    def __setattr__(self, name: str, value: object) -> None:
        exported_here = isinstance(value, ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        if exported_here and name in self.__dict__.get("__all__", ()):
            value = getattr(value, name)
        super().__setattr__(name, value)


def lazy_exports(
    package: str, exports: dict[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Give a package public names whose modules are imported at first use.

    Args:
        package: The package's `__name__`.
        exports: Public name → the sub-module that defines it.

    Returns:
        `__getattr__`, `__dir__` and `__all__` for the package to assign.

    Example:
        >>> getattr_, dir_, all_ = lazy_exports("course_lib.common", {"CourseError": "errors"})
        >>> all_, getattr_("CourseError").__name__
        (['CourseError'], 'CourseError')
    """

    def __getattr__(name: str) -> object:
        if name not in exports:
            raise AttributeError(f"{package} has no {name!r}; it has {', '.join(sorted(exports))}")
        value = getattr(import_module(f"{package}.{exports[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    sys.modules[package].__class__ = Room
    names = sorted(exports)
    return __getattr__, lambda: names, names

"""Tests check every annotated shape at run time, and treat a warning as an error."""

from jaxtyping import install_import_hook

install_import_hook("course_lib", "beartype.beartype")

"""The name of a recipe: two with the same settings have the same."""

import dataclasses
import hashlib
import json
from typing import Any


def recipe_hash(recipe: Any) -> str:
    """sha256 of all settings of a recipe, a dataclass whose fields JSON can hold."""
    return hashlib.sha256(json.dumps(dataclasses.asdict(recipe), sort_keys=True).encode()).hexdigest()

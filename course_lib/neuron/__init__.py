"""A neuron, its derivatives, and small networks of neurons, in plain Python numbers.

- `value`: a number that remembers how it was made, so that every slope can be found by going backwards (`Value`).
- `layers`: a neuron, a layer of them, a stack of layers (`Neuron`, `Layer`, `MLP`).
- `gradient_check`: the same slopes found three ways, to see that they agree (`check_gradients`, `slope_by_nudging`).
- `strawberries`: a decision with two features, made by a stated rule (`pick_strawberries`, `Strawberry`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "MLP": "layers",
        "GradientCheck": "gradient_check",
        "Layer": "layers",
        "Neuron": "layers",
        "Strawberry": "strawberries",
        "Value": "value",
        "check_gradients": "gradient_check",
        "pick_strawberries": "strawberries",
        "slope_by_nudging": "gradient_check",
    },
)

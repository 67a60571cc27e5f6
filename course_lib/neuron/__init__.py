"""A neuron, its derivatives, and small networks of neurons, in plain Python numbers; then the same in matrices.

- `value`: a number that remembers how it was made, so that every slope can be found by going backwards (`Value`).
- `layers`: a neuron, a layer of them, a stack of layers (`Neuron`, `Layer`, `MLP`).
- `matrices`: the same for a whole batch in torch, one matrix product a layer (`apply_layer`, `BatchMLP`, `collapse`).
- `gradient_check`: the same slopes found three ways, to see that they agree (`check_gradients`, `slope_by_nudging`).
- `steps`: one step downhill, as its formula reads (`momentum_step`, `adam_step`, `decay_weight`, `clip_by_length`).
- `optimizers`: what remembers, for a list of weights, all that such steps need (`SGD`, `Adam`).
- `landscapes`: two hills of two weights, and the path down them (`valley`, `two_hollows`, `descend`).
- `strawberries`: a decision with two features, made by a stated rule (`pick_strawberries`, `Strawberry`).
- `spiral`: a decision that takes many bends, two arms wound into each other (`draw_spiral`, `Spiral`).
- `tides`: a curve to learn from few, noisy readings (`tide`, `read_gauge`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Adam": "optimizers",
        "SGD": "optimizers",
        "adam_step": "steps",
        "clip_by_length": "steps",
        "decay_weight": "steps",
        "descend": "landscapes",
        "momentum_step": "steps",
        "read_gauge": "tides",
        "tide": "tides",
        "two_hollows": "landscapes",
        "valley": "landscapes",
        "BatchMLP": "matrices",
        "Linear": "matrices",
        "MLP": "layers",
        "GradientCheck": "gradient_check",
        "Layer": "layers",
        "Neuron": "layers",
        "Spiral": "spiral",
        "Strawberry": "strawberries",
        "Value": "value",
        "apply_layer": "matrices",
        "check_gradients": "gradient_check",
        "collapse": "matrices",
        "draw_spiral": "spiral",
        "draw_weights": "matrices",
        "pick_strawberries": "strawberries",
        "slope_by_nudging": "gradient_check",
    },
)

"""The verified building blocks of LLMs Under the Hood, room by room along the journey.

`common` and `neuron` come first, then `world` and `text`, `transformer`, `training` and `inference`, `evaluation`,
and the course's own models in `lineage`. Importing this package loads none of them: each room loads what it needs
when it is asked for.
"""

__version__ = "0.1.0"

"""What this machine is and the number format it trains fastest in."""

import os
from dataclasses import dataclass

import torch


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What a run needs to know of the machine, and what a measured result records."""

    device: str
    """`cuda`, `mps` or `cpu`."""
    name: str
    """The accelerator's or processor's name."""
    n_cores: int
    """Physical or granted cores."""
    has_amx: bool
    """Whether the processor multiplies bfloat16 matrices in hardware tiles."""
    has_avx512: bool
    """Whether the processor has 512-bit vectors."""
    memory_bytes: int
    """Main memory, or the GPU's where there is one."""
    training_dtype: torch.dtype
    """The format that training uses here."""


def best_device() -> torch.device:
    """The fastest device here: a CUDA GPU, Apple's, or the processor (`COURSE_DEVICE` decides otherwise)."""
    chosen = os.environ.get("COURSE_DEVICE")
    if chosen:
        return torch.device(chosen)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _cpu_flags() -> set[str]:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            lines = [line for line in file if line.startswith(("flags", "Features"))]
    except OSError:
        return set()
    return set(lines[0].split(":")[1].split()) if lines else set()


def has_amx() -> bool:
    """Whether bfloat16 matrix products run in AMX tiles here (and were not switched off for oneDNN)."""
    limited = os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper()
    allowed = limited in ("", "ALL", "DEFAULT") or "AMX" in limited
    return allowed and os.environ.get("ATEN_CPU_CAPABILITY") not in ("avx2", "default") and "amx_bf16" in _cpu_flags()


def training_dtype(device: torch.device | None = None) -> torch.dtype:
    """The format to train in: bfloat16 where the hardware multiplies it, float16 on older GPUs, else float32.

    Args:
        device: Where to train; the best device if not given.

    Returns:
        `torch.bfloat16` on AMX processors and GPUs of compute capability 8 or more, `torch.float16` on other CUDA
        GPUs (a T4), `torch.float32` elsewhere.
    """
    device = device or best_device()
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16
    return torch.bfloat16 if device.type == "cpu" and has_amx() else torch.float32


def _processor_name() -> str:
    import platform

    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine() -> Machine:
    """Describe this machine.

    Example:
        >>> machine().n_cores >= 1
        True
    """
    import psutil

    device = best_device()
    on_cuda = device.type == "cuda"
    granted = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = torch.cuda.get_device_properties(device).total_memory if on_cuda else psutil.virtual_memory().total
    return Machine(
        device=device.type,
        name=torch.cuda.get_device_name(device) if on_cuda else _processor_name(),
        n_cores=granted or 1,
        has_amx=has_amx(),
        has_avx512="avx512f" in _cpu_flags(),
        memory_bytes=memory,
        training_dtype=training_dtype(device),
    )

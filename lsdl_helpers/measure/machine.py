"""What this machine is: processor, cores, memory, …, each value with its source, or unknown."""

import glob
import hashlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import psutil

UNKNOWN = "unknown"
CHANGING = ("system", "threads")

# The names in /proc/cpuinfo of what decides how many numbers one instruction multiplies.
INSTRUCTION_SETS = (
    "sse4_2", "avx", "avx2", "fma", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16",
    "amx_bf16", "amx_int8",  # x86
    "asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2", "sme",  # ARM
)  # fmt: skip


class Fact(NamedTuple):
    """A value and its source; the value is "unknown" where the system does not tell."""

    value: str | int
    source: str


@dataclass(frozen=True)
class Machine:
    """The hardware and software of a machine, a fact each; memory in bytes."""

    processor: Fact
    cores: Fact
    memory: Fact
    caches: Fact
    instruction_sets: Fact
    accelerator: Fact
    system: Fact
    torch: Fact
    threads: Fact

    @property
    def key(self) -> str:
        """Hash of the machine and its torch, eight digits; threads and kernel do not count."""
        lasting = [text for name, text in self.describe().items() if name not in CHANGING]
        return hashlib.sha256(repr(lasting).encode()).hexdigest()[:8]

    def describe(self) -> dict[str, str]:
        """Return the values as text, by name."""
        return {f.name: _text(f.name, getattr(self, f.name).value) for f in fields(self)}

    def __repr__(self) -> str:
        return "\n".join(
            f"{name.replace('_', ' '):18}{text}  ({getattr(self, name).source})"
            for name, text in self.describe().items()
        )


def machine() -> Machine:
    """Describe this machine.

    Asked are psutil, torch, and for what neither knows /proc and /sys on Linux, sysctl on macOS.
    Nothing is guessed from a name.

    >>> machine().cores
    Fact(value=..., source='...')
    """
    cpuinfo = _read("/proc/cpuinfo")
    return Machine(
        processor=_processor(cpuinfo),
        cores=usable_cores(),
        memory=_memory(),
        caches=_caches(),
        instruction_sets=_instruction_sets(cpuinfo),
        accelerator=_accelerator(),
        system=Fact(f"{platform.system()} {platform.release()}", "platform"),
        torch=_torch(),
        threads=_threads(),
    )


def processor_name(described: Mapping[str, str] | None = None) -> str:
    """Name a processor, and say of one for x86 whether it has AVX-512.

    Processors that differ in that bear the same name on some virtual machines, and one of them
    multiplies twice as many numbers in a cycle.

    Args:
        described: by :meth:`Machine.describe`; None for this machine.

    >>> processor_name({"processor": "AMD EPYC", "instruction_sets": "sse4_2 avx2 avx512f"})
    'AMD EPYC (AVX-512)'
    """
    if described is None:
        cpuinfo = _read("/proc/cpuinfo")
        facts = {"processor": _processor(cpuinfo), "instruction_sets": _instruction_sets(cpuinfo)}
        described = {key: fact.value for key, fact in facts.items()}
    name = described.get("processor", UNKNOWN)
    name = "unknown processor" if name == UNKNOWN else name
    sets = described.get("instruction_sets", "").split()
    if "avx512f" in sets:
        return f"{name} (AVX-512)"
    return f"{name} (no AVX-512)" if "sse4_2" in sets else name


def _processor(cpuinfo: str) -> Fact:
    if name := _field(cpuinfo, "model name"):
        return Fact(name, "model name in /proc/cpuinfo")
    if name := _sysctl("-n", "machdep.cpu.brand_string"):
        return Fact(name, "sysctl machdep.cpu.brand_string")
    numbers = {key: _field(cpuinfo, key) for key in ("CPU implementer", "CPU part")}
    ids = [f"{key} {value}" for key, value in numbers.items() if value]
    return Fact(UNKNOWN, ", ".join(["no model name in /proc/cpuinfo", *ids]))


def usable_cores() -> Fact:
    """Count the cores that this process may use, also within the limits of a container.

    >>> usable_cores().value > 0
    True
    """
    if hasattr(psutil.Process, "cpu_affinity"):  # not on macOS
        usable = Fact(len(psutil.Process().cpu_affinity()), "that this process may use")
    else:
        usable = Fact(psutil.cpu_count() or UNKNOWN, "psutil.cpu_count")
    quota = _read("/sys/fs/cgroup/cpu.max").split()  # microseconds in each period, or "max"
    if len(quota) == 2 and quota[0].isdecimal():
        granted = max(1, int(quota[0]) // int(quota[1]))
        if usable.value == UNKNOWN or granted < usable.value:
            return Fact(granted, "limit in /sys/fs/cgroup/cpu.max")
    return usable


def _memory() -> Fact:
    total = Fact(psutil.virtual_memory().total, "psutil.virtual_memory")
    limit = _read("/sys/fs/cgroup/memory.max").strip()
    if limit.isdecimal() and int(limit) < total.value:
        return Fact(int(limit), "limit in /sys/fs/cgroup/memory.max")
    return total


def _caches() -> Fact:
    """Return the data caches of a core, e.g. "L1 48K, L2 1024K"."""
    folders = sorted(glob.glob("/sys/devices/system/cpu/cpu0/cache/index*"))
    caches = [[_read(f"{x}/{name}").strip() for name in ("level", "type", "size")] for x in folders]
    sizes = [f"L{level} {size}" for level, kind, size in caches if kind != "Instruction" and size]
    if sizes:
        return Fact(", ".join(sizes), "/sys/devices/system/cpu/cpu0/cache")
    keys = {"L1": "hw.l1dcachesize", "L2": "hw.l2cachesize", "L3": "hw.l3cachesize"}
    texts = {level: _sysctl("-n", name) for level, name in keys.items()}
    sizes = [f"{level} {int(n) // 1024}K" for level, n in texts.items() if n.isdecimal() and int(n)]
    return Fact(", ".join(sizes), "sysctl") if sizes else Fact(UNKNOWN, "the system does not tell")


def _instruction_sets(cpuinfo: str) -> Fact:
    if names := _field(cpuinfo, "flags") or _field(cpuinfo, "Features"):
        listed = [name for name in INSTRUCTION_SETS if name in names.split()]
        return Fact(" ".join(listed) or "none of those looked for", "/proc/cpuinfo")
    features = _sysctl("hw.optional.arm")  # a line each, "hw.optional.arm.FEAT_BF16: 1"
    if names := re.findall(r"FEAT_(BF16|I8MM|DotProd|FP16|SME\d?): 1", features):
        return Fact(" ".join(names), "sysctl hw.optional.arm")
    return Fact(UNKNOWN, "the system does not tell")


def _accelerator() -> Fact:
    import torch

    if not torch.accelerator.is_available():
        return Fact("none", "torch.accelerator")
    kind = torch.accelerator.current_accelerator().type
    backend = getattr(torch, kind, None)
    if hasattr(backend, "get_device_name"):
        return Fact(f"{kind}, {backend.get_device_name()}", f"torch.{kind}")
    return Fact(f"{kind}, {UNKNOWN}", f"torch.{kind} does not name it")


def _torch() -> Fact:
    import torch

    return Fact(f"{torch.__version__}, {torch.backends.cpu.get_cpu_capability()}", "torch")


def _threads() -> Fact:
    import torch

    set_by = "OMP_NUM_THREADS" if "OMP_NUM_THREADS" in os.environ else "torch.get_num_threads"
    return Fact(torch.get_num_threads(), set_by)


def _text(name: str, value: str | int) -> str:
    return f"{value / 2**30:.1f} GiB" if name == "memory" and value != UNKNOWN else str(value)


def _field(text: str, name: str) -> str:
    """Return the first value of a name in /proc/cpuinfo, or nothing."""
    match = re.search(rf"^{name}[ \t]*:[ \t]*(.*\S)", text, re.MULTILINE)
    return match[1] if match else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _sysctl(*arguments: str) -> str:
    """Return what macOS's sysctl prints, or nothing; not run on the real thing."""
    if sys.platform != "darwin":
        return ""
    command = ["sysctl", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

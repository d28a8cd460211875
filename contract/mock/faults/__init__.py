"""
Seeded faults: named deviations, off by default, that the suite has to catch; and variants, which it has to let pass.

One module per area of the requirements; each registers its own with ``registry.fault`` when it is imported. All of
them are loaded here, once the registry is asked for: a module put beside the others needs no other mention.
"""

from __future__ import annotations

import importlib
import pkgutil

from contract.mock.faults.registry import (
    FAULTS,
    VARIANTS,
    Change,
    Fault,
    UnknownFaultError,
    apply,
    fault,
    variant,
)

__all__ = ["FAULTS", "VARIANTS", "Change", "Fault", "UnknownFaultError", "apply", "fault", "variant"]

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

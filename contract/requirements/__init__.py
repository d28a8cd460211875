"""The register: every promise of the API with its id, level and source."""

from contract.requirements.register import AREAS, LEVELS, Evidence, Register, Requirement, load

__all__ = ["AREAS", "LEVELS", "Evidence", "Register", "Requirement", "load"]

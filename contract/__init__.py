"""Contract tests and a conformance suite for the Procwise / ProctorExam v3 API."""

__version__ = "0.1.0"

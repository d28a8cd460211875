"""Tests of what is made of earlier runs."""

"""Findings that are known and accepted for now: kept in a file, known again after edits, moves and formatting."""

from __future__ import annotations

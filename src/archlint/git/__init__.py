"""A commit of a git repository as a tree of files. No program is run and no configuration of git is read: it can name
programs and other files."""

from __future__ import annotations

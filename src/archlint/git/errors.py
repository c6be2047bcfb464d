"""What can go wrong with a repository."""

from __future__ import annotations


class GitError(Exception):
    """The message is for people: what is wrong and what to do."""


class MissingObjectError(GitError):
    """An object that the repository does not hold."""


class TooLargeError(GitError):
    """An object beyond the limit that the caller gave."""

"""Edits of a repository's text: Python, templates, Dockerfiles and requirements, without a change anywhere else."""

"""Inputs that are damaged in ways that fit their syntax, and what has to hold for whatever reads them."""

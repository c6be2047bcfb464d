"""Fixes of Python code, a module for each rule. They change spans of the text, where they see all of it."""

"""Backends: each module of this folder that defines ``emit(schedule)`` writes source text in one language."""

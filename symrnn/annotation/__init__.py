"""A note as a page: itself, with readings, problems and verdicts where they belong."""

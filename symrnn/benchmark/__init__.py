"""The emitted kernel against what a user would write instead, and against the cost of its matrix products alone."""

"""Equations in LaTeX, Markdown or plain text, read into cells and unjudged claims."""

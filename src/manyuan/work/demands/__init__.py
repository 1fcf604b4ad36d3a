"""Demands: what an enterprise says is wrong, from the first word to its own yes."""

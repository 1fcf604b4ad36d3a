"""Matters: government service matters, delegated powers, processes, agents and the green channel."""

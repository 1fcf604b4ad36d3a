"""Reads of the programme: goals, commitments, indicator values and where they come from."""

"""Visits: officers of enterprises, who is visited how often, and what a visit leaves behind."""

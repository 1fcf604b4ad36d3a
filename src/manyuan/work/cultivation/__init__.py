"""Cultivation: the tier ladder, the growth pool, anchor enterprises and plans for one enterprise."""

"""Pages of cultivation: the tier ladders, the growth pool, plans for one enterprise, anchor enterprises, the R&D self-check."""

"""Pages of supply and demand: the market, one offer or need with what fits it, introductions, figures."""

"""Pages of matters: the catalogue, applications and their steps, agents, delegated powers, duties, reforms."""

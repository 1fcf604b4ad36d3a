"""Pages on which people keep the registers by hand: people and organisations, one's own tokens, enterprises and their titles."""

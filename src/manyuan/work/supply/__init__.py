"""Supply: supply meets demand: offers, needs, matches and deals."""

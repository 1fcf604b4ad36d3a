"""The working-day calendar: each year with its source; the city office loads the holidays of a year."""

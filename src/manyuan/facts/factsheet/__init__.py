"""The fact sheet: one row per enterprise as of a day, made from the register, titles, filings and declared facts as the pack defines its columns."""

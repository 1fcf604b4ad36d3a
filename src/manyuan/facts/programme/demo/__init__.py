"""The demo city: invented parks, firms and filings, the same for the same size; every value is marked synthetic. Nothing here is a fact."""

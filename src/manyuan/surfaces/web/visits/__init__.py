"""Officers, visits and their capture on a telephone: pages."""

"""Catalogs begun from what a business has already: TMF620 product offerings, or a table."""

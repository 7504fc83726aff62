"""Recommendation, targets, documents and good practices; so far what the data propose for a network meeting."""

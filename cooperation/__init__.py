"""Recommendation, targets, documents and good practices; the floor is laid."""

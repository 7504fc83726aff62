"""Yearly cooperation surveys; the floor is laid, the tables come with the survey."""

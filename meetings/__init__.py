"""Meetings and association evenings; the floor is laid, the tables come with the meetings."""

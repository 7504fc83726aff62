"""Outbox and letters; the floor is laid."""

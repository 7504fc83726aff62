"""Pages of signed-in liaisons and agents; the floor is laid."""

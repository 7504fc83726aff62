"""How fast the public pages are, beside plain Django pages that do the same job (`make bench`)."""

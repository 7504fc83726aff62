"""The least Django work that does the same job as our pages: what they are compared with."""

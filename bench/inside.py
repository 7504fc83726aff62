"""Runs one part of the bench inside Django: `python -m bench.inside NAME [ARGUMENTS]`, settings by the environment."""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:])

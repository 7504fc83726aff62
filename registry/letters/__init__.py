"""The registry's letters by the clock: who gets one, and what it says; the words stand beside this file."""

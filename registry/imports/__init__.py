"""Import with mapping: a file is read and kept as rows, mapped, previewed, and saved or undone as one step.

The kinds of import are ImportTargets; another application registers its own in its
AppConfig's `ready()` with `registry.imports.targets.register`.
"""

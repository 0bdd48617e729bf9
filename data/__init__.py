"""Rows that an editor can change, and the loaders that say where a row is wrong. Knows the core's types, nothing else."""

"""The shell and composition root: everything that touches the world."""

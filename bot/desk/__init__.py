"""The web desk where reporters work, and the H5 page where residents write."""

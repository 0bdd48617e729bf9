"""Stand-ins for the platforms, stricter than the real ones where the documents leave room."""

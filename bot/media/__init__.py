"""Pictures, voices, videos and files: fetched before they expire, known by their content, kept sealed outside the record."""

"""Flash reports and internal references: clusters of unsolved tickets with one obstacle, written up by people."""

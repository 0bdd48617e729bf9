"""How the help desk learns: what to label, labels, training, comparing, a candidate read beside the serving model."""

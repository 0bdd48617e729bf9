"""The figures of the desk: a period, what was counted in it, what people and newspapers are told. Pure but `making`."""

"""Understanding: text in, `Reading` out. Gets its rows as arguments; knows no channel, no store, no clock."""

"""Speed, as ratios taken in one run on one machine; never a test that can fail by the clock."""

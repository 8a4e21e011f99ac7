"""What was seen to what it means: verdicts, blame, gaps, the matrix. Pure: no clock, no file, no network."""

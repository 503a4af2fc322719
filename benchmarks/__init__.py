"""Speed as ratios against a bare Flask page on the same server, in one interleaved run."""

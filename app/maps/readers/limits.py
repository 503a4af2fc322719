"""How much of a map a reader takes, and from when on it doubts where a layer lies.

Without libraries, for reader and service.
"""

MAX_FEATURES = 20_000
#: Corners of the whole file.
MAX_VERTICES = 600_000
#: Characters of the finished GeoJSON that a phone should load; corners are thinned until it fits …
TARGET_SIZE = 600_000
#: … but never by more than this (degrees, about 25 m): a layer of many small areas may be larger,
#: up to the limit.
MAX_TOLERANCE = 0.00024
MAX_SIZE = 4_000_000
#: A layer of which less lies inside makes us look for another zone, and a person say that they are
#: sure.
DOUBTFUL = 0.5

"""The kinds of sample authority.

Apart from what makes them: that loads libraries which no web worker needs.
"""

PROFILES = ("xa", "huyen")

"""Citizens' routes: asking in three steps, following one's own question, reading
what was answered.
"""

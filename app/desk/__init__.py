"""The officers' side of whatever people send: place in the queue, tabs, many at once, workbench.

Questions and comments stand on it; it knows neither.
"""

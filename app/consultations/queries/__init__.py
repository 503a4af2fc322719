"""Reads, by the part of the work:

`public` is the one gate for everything public, `staff` what the office reads.
"""

"""Readers of files from outside.

Each runs in a child process with bounded memory and time; see protocol, child and sandbox.
"""

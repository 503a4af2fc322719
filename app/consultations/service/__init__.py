"""Every change of a consultation and of what people say to it.

Modules by the part of the work; core holds the one writer.
"""

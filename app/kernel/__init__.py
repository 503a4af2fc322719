"""What every feature stands on and no citizen would recognise: no word of the
domain belongs here.
"""

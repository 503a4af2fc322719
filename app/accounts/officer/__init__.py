"""The screens: entrance (signing in and out, links), own_account (one's own), people
(administration).
"""

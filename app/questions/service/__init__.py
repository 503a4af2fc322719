"""Every change of a question.

Modules by the part of the work: intake, triage, answering, publishing, bulk, keeping.
"""

"""The forms of consultations: citizens' and officers'."""

"""The features in the order in which they are loaded: the table of contents of the product.

Lower layers first; listeners of events run in this order.
"""

from app import (
    access,
    accounts,
    audit,
    consultations,
    devtools,
    feeds,
    files,
    imports,
    jobs,
    mailer,
    moderation,
    notifications,
    organisation,
    portal,
    questions,
    search,
    submissions,
    workdays,
)

FEATURES = (
    audit,
    jobs,
    access,
    mailer,
    files,
    organisation,
    workdays,
    accounts,
    submissions,
    imports,
    questions,
    consultations,
    moderation,
    notifications,
    search,
    feeds,
    portal,
    devtools,
)

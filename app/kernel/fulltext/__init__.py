"""One full-text index on two databases: FTS5 on SQLite, tsvector on PostgreSQL; the same words, the
same hits.

Folding is ours (kernel.text.fold), since neither database folds đ. What the reader typed with marks
is matched exactly first; what may have been meant, without marks, comes after. Documents are
written in the transaction that makes them public, and taken out in the one that hides them; whoever
shows a hit still asks its feature whether everybody may see it.
"""

from app.kernel.fulltext.excerpt import highlight
from app.kernel.fulltext.index import put, put_many, rebuild, register_source, remove, tidy
from app.kernel.fulltext.lookup import Hit, related, search, similar
from app.kernel.fulltext.schema import CREATE_STATEMENTS, DROP_STATEMENTS

__all__ = [
    "CREATE_STATEMENTS",
    "DROP_STATEMENTS",
    "Hit",
    "highlight",
    "put",
    "put_many",
    "rebuild",
    "register_source",
    "related",
    "remove",
    "search",
    "similar",
    "tidy",
]

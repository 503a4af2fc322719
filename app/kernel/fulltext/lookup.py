"""Finding documents: for somebody's words, for a whole text, and as something that a page's own
statement can join.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.extensions import db
from app.kernel.fulltext.excerpt import LONGEST_QUERY
from app.kernel.fulltext.schema import SLOT_MASK, slot
from app.kernel.fulltext.terms import Term, telling, terms
from app.kernel.links import Ref
from app.kernel.text import STOP_WORDS

#: Candidates that are ranked, the newest: an unbounded hit set would be ranked in vain.
CAP = 1_000
#: Words of a query that count.
QUERY_WORDS = 24
#: Words of a text that are compared with the index; each is one look-up of at most CAP documents.
SIMILAR_WORDS = 20
#: Documents that are looked at closely for likeness.
_CLOSE = 200
#: The head start that rank fusion gives nobody: with it the first of one list does not beat the
#: second of both.
_FUSION = 30
#: A word in at most this many documents, and in one of twenty, is rare enough to speak for itself.
_RARE = 3
#: Of what a text says at most, the part that a document has to share.
_SHARED = 0.3
#: And of what the best document shares.
_OF_THE_BEST = 0.4
#: Unfinished words shorter than this would match half the language.
_SHORTEST_BEGINNING = 3
#: Words of a title from which pairs are made.
_RELATED_WORDS = 6

_RANKED = {
    # The weights are those of the columns: kind and ref_id none, title, body, marked title, marked
    # body.
    "sqlite": (
        "SELECT {stage} AS stage, id, score FROM (SELECT id, -score AS score FROM (SELECT rowid "
        "AS id,"
        " bm25(search_doc, 0, 0, 4.0, 1.0, 6.0, 1.5) AS score FROM search_doc WHERE search_doc "
        "MATCH :{query} {kinds} {condition}"
        " ORDER BY rowid DESC LIMIT :cap) AS newest{stage} ORDER BY 2 DESC, 1 DESC LIMIT :depth) "
        "AS best{stage}"
    ),
    # The weights are those of D, C, B, A; 1 divides by the logarithm of the document's length.
    "postgresql": (
        "SELECT {stage} AS stage, id, score FROM (SELECT id, ts_rank('{{0.1,0.5,1.0,0.8}}', "
        "vector, CAST(:{query} AS tsquery), 1) AS score"
        " FROM (SELECT id, vector FROM search_doc WHERE vector @@ CAST(:{query} AS tsquery) "
        "{kinds} {condition}"
        " ORDER BY id DESC LIMIT :cap) AS newest{stage} ORDER BY 2 DESC, 1 DESC LIMIT :depth) AS "
        "best{stage}"
    ),
}
_KEY = {"sqlite": "rowid", "postgresql": "id"}


class Hit(NamedTuple):
    """Something that matches; a higher rank is a better match, comparable within
    one answer only.
    """

    ref: Ref
    rank: float


def search(
    kinds: str | Collection[str] | None, query: str, *, limit: int = 20, offset: int = 0
) -> list[Hit]:
    """Documents with every word of the query, best first; of all kinds when None is given. One
    statement.

    Those that have the words exactly as typed, marks and all, come first; then those that have them
    without marks; if these are too few, those where the last word goes on; if there are none at
    all, those with every telling word. At most a thousand are ranked, the newest. Hostile text
    finds nothing and raises nothing.
    """
    asked = terms(query[:LONGEST_QUERY])[:QUERY_WORDS]
    if not asked or limit <= 0:
        return []
    rows = _read_stages(_dialect(), _stages(_dialect(), asked), kinds, depth=offset + limit)
    # The stages overlap: whatever matches exactly also matches without marks.
    refs = list(dict.fromkeys(Ref(kind, int(ref_id)) for kind, ref_id in rows))
    return [Hit(ref, 1 / (1 + place)) for place, ref in enumerate(refs)][offset : offset + limit]


def _stages(dialect: str, asked: Sequence[Term]) -> list[tuple[str, str]]:
    """Queries in the order in which their hits are shown, each with the condition under which it is
    run at all.
    """
    plain = [term.plain for term in asked]
    stages = (
        [(_every(dialect, [term.marked or term.plain for term in asked]), "")]
        if any(term.marked for term in asked)
        else []
    )
    stages.append((_every(dialect, plain), ""))
    if len(plain[-1]) >= _SHORTEST_BEGINNING:
        stages.append(
            (_every(dialect, plain[:-1], plain[-1]), "AND (SELECT count(*) FROM found) < :depth")
        )
    content = [term.marked or term.plain for term in asked if term.plain not in STOP_WORDS]
    if 2 <= len(content) < len(plain):
        stages.append((_every(dialect, content), "AND NOT EXISTS (SELECT 1 FROM found)"))
    return stages


def _read_stages(
    dialect: str,
    stages: Sequence[tuple[str, str]],
    kinds: str | Collection[str] | None,
    *,
    depth: int,
) -> Sequence[Any]:
    values: dict[str, Any] = {"cap": CAP, "depth": depth * 2}
    parts: dict[str, list[str]] = {"found": [], "rest": []}
    for number, (query, condition) in enumerate(stages):
        values[f"query{number}"] = query
        part = _RANKED[dialect].format(
            stage=number,
            query=f"query{number}",
            kinds=_kind_filter(dialect, kinds),
            condition=condition,
        )
        parts["rest" if condition else "found"].append(part)
    everything = " UNION ALL ".join(["SELECT * FROM found", *parts["rest"]])
    statement = (
        f"WITH found AS MATERIALIZED ({' UNION ALL '.join(parts['found'])}), hits AS "  # noqa: S608
        f"({everything})"  # noqa: S608  (values are bound)
        f" SELECT kind, ref_id FROM hits JOIN search_doc ON search_doc.{_KEY[dialect]} = hits.id "
        f"ORDER BY stage, score DESC, hits.id DESC"
    )
    return db.session.execute(sa.text(statement), values).all()


def _dialect() -> str:
    return db.session.get_bind().dialect.name


def _kind_filter(dialect: str, kinds: str | Collection[str] | None) -> str:
    """A condition on the number of the row: neither index nor content has to be read for it."""
    if kinds is None:
        return ""
    slots = (
        ", ".join(
            str(slot(kind)) for kind in ([kinds] if isinstance(kinds, str) else sorted(kinds))
        )
        or "-1"
    )
    return f"AND ({_KEY[dialect]} & {SLOT_MASK}) IN ({slots})"


def _every(dialect: str, words: Iterable[str], beginning: str = "") -> str:
    """All these words in the language of the index, and one that starts so.

    They are letters and digits only, so that nothing in them has to be escaped.
    """
    quote, star, join = ("'", ":*", " & ") if dialect == "postgresql" else ('"', " *", " AND ")
    wanted = [f"{quote}{word}{quote}" for word in dict.fromkeys(words)]
    return join.join([*wanted, f"{quote}{beginning}{quote}{star}"] if beginning else wanted)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text that is compared, and where it stands in the bit mask of shared words."""

    bit: int
    #: As the index holds it, with marks or without.
    text: str
    plain: str
    #: Does it count where marks do not, and where they do? A word typed without any counts for
    #: both.
    folded: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document that shares words with the text."""

    ref: Ref
    mask: int
    title: frozenset[str]


def similar(kind: str, text: str, *, limit: int = 5) -> list[Hit]:
    """Documents about the same, best first. One statement.

    Telling words are compared with and without marks, weighted by how rare they are, and the two
    rankings are joined by reciprocal rank. What shares but one word is left out, unless that word
    is rare, and so is what shares too little.
    """
    wanted = _words(text)
    if not wanted:
        return []
    total, counts, candidates = _read_candidates(kind, wanted)
    # A word that is nowhere weighs most: what the text says and no document does makes them less
    # alike.
    weights = {word: math.log(1 + total / counts.get(word.bit, 1)) for word in wanted}
    near = _near(
        candidates,
        weights,
        {word for word in wanted if counts.get(word.bit, 1) <= min(_RARE, max(1, total // 20))},
    )
    scores: dict[Ref, float] = defaultdict(float)
    for ranking in (
        [word for word in weights if word.folded],
        [word for word in weights if word.exact],
    ):
        strengths = {found.ref: _strength(found, ranking, weights) for found in near}
        for place, ref in enumerate(sorted(strengths, key=lambda ref: (-strengths[ref], -ref.id))):
            scores[ref] += 1 / (_FUSION + place)
    best = sorted(scores, key=lambda ref: (-scores[ref], -ref.id))
    return [Hit(ref, scores[ref]) for ref in best[:limit]]


def _words(text: str) -> list[_Word]:
    found = terms(text[: LONGEST_QUERY * 2])
    plain = telling(found, SIMILAR_WORDS)
    bare = {term.plain for term in found if not term.marked}
    words = [
        _Word(bit, word, word, folded=True, exact=word in bare) for bit, word in enumerate(plain)
    ]
    marked = {term.marked: term.plain for term in found if term.marked and term.plain in set(plain)}
    pairs = itertools.islice(marked.items(), SIMILAR_WORDS)
    return words + [
        _Word(bit, *pair, folded=False, exact=True) for bit, pair in enumerate(pairs, len(words))
    ]


def _strength(
    candidate: _Candidate, words: Iterable[_Word], weights: Mapping[_Word, float]
) -> float:
    """How much of the text a document shares; a word of its title counts half as much again."""
    shared = [word for word in words if candidate.mask >> word.bit & 1]
    return sum(weights[word] * (1.5 if word.plain in candidate.title else 1) for word in shared)


def _near(
    candidates: Sequence[_Candidate], weights: Mapping[_Word, float], rare: Collection[_Word]
) -> list[_Candidate]:
    shared = {
        found: [word for word in weights if word.folded and found.mask >> word.bit & 1]
        for found in candidates
    }
    parts = {found: sum(weights[word] for word in words) for found, words in shared.items()}
    enough = max(
        _SHARED * sum(weights[word] for word in weights if word.folded),
        _OF_THE_BEST * max(parts.values(), default=0),
    )
    return [
        found
        for found, words in shared.items()
        if parts[found] >= enough and (len(words) >= 2 or any(word in rare for word in words))
    ]


def _read_candidates(
    kind: str, wanted: Sequence[_Word]
) -> tuple[int, dict[int, int], list[_Candidate]]:
    """How many documents there are (capped), how many have each word (capped), and those that share
    most.
    """
    dialect = _dialect()
    key, kinds = _KEY[dialect], _kind_filter(dialect, kind)
    # FTS5 keeps the sizes of documents in a small table of its own; their text is not read to count
    # them.
    sizes, of_kind = (
        ("search_doc_docsize" if dialect == "sqlite" else "search_doc"),
        kinds.replace(key, "id"),
    )
    shared, values = _sharing(dialect, kind, [word.text for word in wanted], least=1)
    statement = (
        f"WITH {shared}"  # noqa: S608  (values are bound)
        " SELECT 0 AS ref_id, count(*) AS mask, '' AS kind, '' AS title FROM"
        f" (SELECT id FROM {sizes} WHERE 1 = 1 {of_kind} LIMIT :cap) AS known"
        " UNION ALL SELECT number, bit, '', NULL FROM seen"
        f" UNION ALL SELECT ref_id, mask, kind, title FROM near JOIN search_doc ON "
        f"search_doc.{key} = near.id"
    )
    total, counts, candidates = 1, {}, []
    for ref_id, mask, name, title in db.session.execute(
        sa.text(statement), {**values, "depth": _CLOSE}
    ):
        if name:
            candidates.append(
                _Candidate(Ref(name, int(ref_id)), int(mask), frozenset(title.split()))
            )
        elif title is None:
            counts[int(mask).bit_length() - 1] = int(ref_id)
        else:
            total = int(mask)
    return total, counts, candidates


def _sharing(
    dialect: str, kind: str, words: Sequence[str], *, least: int
) -> tuple[str, dict[str, Any]]:
    """Tables for a statement:

    `seen`, in how many documents each word is; `near`, who shares how much, rare words first.
    """
    key, kinds = _KEY[dialect], _kind_filter(dialect, kind)
    match = (
        "search_doc MATCH :word{}" if dialect == "sqlite" else "vector @@ CAST(:word{} AS tsquery)"
    )
    postings = []
    for bit in range(len(words)):
        newest = (
            f"SELECT {key} AS id FROM search_doc WHERE {match.format(bit)} {kinds} ORDER BY "  # noqa: S608
            f"{key} DESC LIMIT :cap"
        )
        postings.append(
            f"SELECT CAST({1 << bit} AS BIGINT) AS bit, id FROM ({newest}) AS newest{bit}"  # noqa: S608
        )
    tables = (
        f"posting AS MATERIALIZED ({' UNION ALL '.join(postings)}),"  # noqa: S608
        " seen AS (SELECT bit, count(*) AS number FROM posting GROUP BY bit),"
        " near AS (SELECT id, CAST(sum(posting.bit) AS BIGINT) AS mask, sum(1.0 / seen.number) AS "
        "weight FROM posting"
        f" JOIN seen ON seen.bit = posting.bit GROUP BY id HAVING count(*) >= {least} ORDER BY 3 "
        f"DESC, 1 DESC LIMIT :depth)"
    )
    return tables, {"cap": CAP} | {
        f"word{bit}": _every(dialect, [word]) for bit, word in enumerate(words)
    }


def related(kind: str, text: str, *, limit: int) -> sa.FromClause | None:
    """Documents that share at least two of the first telling words of a title, to be joined:
    columns ref_id and rank.

    Coarser than `similar`, and no statement of its own: for pages that everybody reads. None when
    the title tells nothing.
    """
    words = telling(terms(text[:LONGEST_QUERY]), _RELATED_WORDS)
    if len(words) < 2:
        return None
    dialect = _dialect()
    shared, values = _sharing(dialect, kind, words, least=2)
    statement = (
        f"WITH {shared} SELECT ref_id, weight AS rank FROM near JOIN search_doc ON "  # noqa: S608
        f"search_doc.{_KEY[dialect]} = near.id"
    )
    bound = sa.text(statement).bindparams(**values, depth=limit)
    return bound.columns(ref_id=sa.BigInteger, rank=sa.Float).subquery("related")

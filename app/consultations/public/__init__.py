"""Citizens' routes, a module for each part of a consultation."""

from app.consultations.public import (
    commenting,
    comments,
    downloads,
    draft,
    listing,
    maps,
    projects,
    results,
    tracking,
)

BLUEPRINTS = tuple(
    module.bp
    for module in (
        listing,
        draft,
        projects,
        maps,
        commenting,
        comments,
        tracking,
        results,
        downloads,
    )
)

"""The addresses for machines, a module for each part."""

from app.feeds.public import answers, consultations, embed, sitemap

BLUEPRINTS = (answers.bp, consultations.bp, embed.bp, sitemap.bp)

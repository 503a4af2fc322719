"""The blueprint of the officers' screens about points, replies and tables."""

from flask import Blueprint

bp = Blueprint("results", __name__, url_prefix="/can-bo", template_folder="../templates")

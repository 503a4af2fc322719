"""The blueprint of the officers' screens about comments."""

from flask import Blueprint

bp = Blueprint("comments", __name__, url_prefix="/can-bo", template_folder="../templates")

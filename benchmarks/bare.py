"""The yardstick: Flask handing out a constant page of 20 kB."""

from flask import Flask

app = Flask(__name__)
PAGE = "<!doctype html><title>x</title>" + "<p>Đường liên thôn bị hỏng.</p>" * 600
PAGE = PAGE.encode()[:20_480].decode(errors="ignore")


@app.get("/")
def page() -> str:
    """A constant."""
    return PAGE

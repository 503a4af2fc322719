"""Sample data of a fictional authority: what stands in ../data, brought to life by the product's
own services.

`load` makes everything; scale.py adds many more rows for measuring. Nothing here runs in a
production configuration.
"""

from app.devtools.demo.load import Loaded, example_pin, is_empty, load
from app.devtools.demo.people import demo_accounts

__all__ = ["Loaded", "demo_accounts", "example_pin", "is_empty", "load"]

"""Let autodoc read `Image | Path` where a stand-in takes the place of a class.

The API reference is built without torch and the like; Sphinx's stand-ins for them have no `|`.
"""

from typing import Any, Union

from sphinx.ext.autodoc.mock import _MockObject


def allow_unions() -> None:
    """Give the stand-ins the operator that all classes have."""
    _MockObject.__or__ = lambda self, other: _union(self, other)
    _MockObject.__ror__ = lambda self, other: _union(other, self)


def _union(first: Any, second: Any) -> Any:
    return Union[first, second]  # noqa: UP007, as a stand-in has no other

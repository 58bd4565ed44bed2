"""The API reference as sphinx-autoapi makes it of this package alone, with links that hold."""

import sys
from pathlib import Path
from typing import Any

from astroid import nodes as astroid_nodes
from astroid.exceptions import AstroidImportError
from astroid.manager import AstroidManager
from autoapi._astroid_utils import is_local_import_from
from autoapi._parser import Parser
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

_read = AstroidManager.ast_from_module_name


def read_own_sources(manager: AstroidManager, name: str, *args: Any, **options: Any) -> Any:
    """Follow no import to an installed package: into torch, that takes longest of all."""
    if name.split(".")[0] not in {"lsdl_helpers", *sys.stdlib_module_names}:
        raise AstroidImportError(name)
    return _read(manager, name, *args, **options)


def read_lazy_imports(parser: Parser, node: astroid_nodes.If) -> list[dict[str, Any]]:
    """Read what a package imports if TYPE_CHECKING: names that it loads when first used."""
    data = []
    for child in node.get_children():
        local = is_local_import_from(child, "lsdl_helpers")
        data += parser._parse_local_import_from(child) if local else parser.parse(child)
    return data


def drop_old_pages(app: Sphinx) -> None:
    """Delete the page of a package that is gone: generated pages stay for the next build."""
    root = Path(app.srcdir, app.config.autoapi_root)
    for page in root.rglob("index.rst"):
        if ".".join(page.parent.relative_to(root).parts) not in app.env.autoapi_all_objects:
            page.unlink()


def link_exactly(app: Sphinx, doctree: nodes.document) -> None:
    """Do not let a type such as Layer lead to a class of that name in some other module."""
    for reference in doctree.findall(pending_xref):
        reference.attributes.pop("refspecific", None)


def find_home(
    app: Sphinx, env: Any, node: pending_xref, contnode: nodes.Element
) -> nodes.Element | None:
    """Link a name that a package imports to its definition; leave a foreign type as text."""
    named = env.autoapi_all_objects.get(node["reftarget"])
    if home := named and named.obj.get("original_path"):
        where = env, node["refdoc"], app.builder, node["reftype"], home, node, contnode
        return env.get_domain("py").resolve_xref(*where)
    # A role in a text, unlike a type in a signature, is literal: there a warning is right.
    return None if isinstance(contnode, nodes.literal) else contnode


def set_up_reference(app: Sphinx) -> None:
    """Connect the steps above."""
    AstroidManager.ast_from_module_name = read_own_sources
    Parser.parse_if = read_lazy_imports
    app.connect("builder-inited", drop_old_pages, priority=600)  # after autoapi wrote them
    app.connect("doctree-read", link_exactly)
    app.connect("missing-reference", find_home)

"""Frames of explorers as files beside the page, so that its text does not wait for them.

In a notebook an explorer holds its frames within itself (lsdl_helpers/widgets.py). On the site
they are most of a page's bytes. The first stays in the page, once; book/_assets/explorer.js
fetches the others when the page is quiet, or when a slider is touched.
"""

import base64
import hashlib
import json
import os
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FOLDER = Path("_images", "explorer")


def store_frames(html: str, folder: Path, site: Path) -> str:
    """Return the HTML of the page in ``folder`` with addresses in place of its frames.

    The files are written below ``site``, each named by the hash of its content.
    """

    def with_addresses(match: re.Match) -> str:
        data = json.loads(unescape(match[1]))
        for frame in data["frames"]:
            if frame["src"].startswith("data:"):
                file = write_frame(frame["src"], site)
                frame["src"] = Path(os.path.relpath(file, folder)).as_posix()
        return f'data-explorer="{escape(json.dumps(data))}"'

    return re.sub(r'data-explorer="([^"]*)"', with_addresses, html)


def write_frame(source: str, site: Path) -> Path:
    """Write the picture of a ``data:image/…;base64,…`` address to a file; return its path."""
    head, _, body = source.partition(";base64,")
    content = base64.b64decode(body)
    name = f"{hashlib.sha256(content).hexdigest()[:20]}.{head.rpartition('/')[2]}"
    file = site / FOLDER / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def drop_old_frames(site: Path, pages: list[str]) -> None:
    """Delete the frames that none of the pages, given as text, shows any more."""
    shown = set(re.findall(rf"{FOLDER.as_posix()}/([\w.]+)", "\n".join(pages)))
    for file in (site / FOLDER).glob("*"):
        if file.name not in shown:
            file.unlink()


def move_frames(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Store the frames of a page, and load the script that fetches them."""
    body = context.get("body", "")
    if app.builder.format != "html" or "data-explorer=" not in body:
        return
    site = Path(app.outdir)
    folder = (site / app.builder.get_target_uri(pagename)).parent
    context["body"] = store_frames(body, folder, site)
    app.add_js_file("explorer.js", loading_method="defer")


def set_up_frames(app: Sphinx) -> None:
    """Connect the step that belongs to a page; lsdl_site.py drops old frames at the end."""
    app.connect("html-page-context", move_frames, priority=800)

"""The link to a page's PDF in its download menu, which stands there while the file does.

tools/pdf.py writes the files, after the site is built.
"""

import re
from html import escape
from pathlib import Path

ENTRY = """<li class="pdf-link"><a href="{0}" download class="btn btn-sm dropdown-item">
<span class="btn__icon-container"><i class="fas fa-file-pdf"></i></span>
<span class="btn__text-container">PDF</span></a></li>
"""
# The theme's entry that prints the page, up to its title and its text.
PRINT = r'(<li>\s*<button onclick="window\.print\(\)".*?title=")[^"]*(".*?text-container">)[^<]*'


def link_pdf(html: str, page: Path) -> str:
    """Offer the PDF beside ``page``, if there is one, and take back an offer without a file.

    The theme's own entry, which prints the page, says so.
    """
    html = re.sub(r'<li class="pdf-link">.*?</li>\n', "", html, flags=re.S)
    html = re.sub(PRINT, r"\1Print this page\2Print", html, flags=re.S)
    pdf = page.with_suffix(".pdf")
    if not pdf.exists():
        return html
    return re.sub(f"(?={PRINT})", ENTRY.format(escape(pdf.name)), html, count=1, flags=re.S)

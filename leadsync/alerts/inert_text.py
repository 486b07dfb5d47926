"""Text without links, mentions or pictures in any mail program or chat. Pure.

File names, headings and the dialer's words come from strangers. Markdown links, Slack's `<!channel>`, `@everyone` and
the links made of bare addresses all hang on a few characters. A reader sees their replacement, written as in security
bulletins: `https[:]//evil[.]example`. A hidden character would do too, but then a copied name is another name.
"""

import re

from leadsync.terminal import one_line

_OWN_WORD = r"(?:report|retry|review|summary|check|why)\.(?:csv|xlsx|html|txt)\b"
_ENDING = r"(?:csv|tsv|txt|xls[xmb]?|ods|gz|html|toml)\b"
_REPLACED = (
    (re.compile("@"), "[@]"),
    (re.compile("://"), "[:]//"),
    (re.compile(r"\\\\(?=\w)"), r"[\\\\]"),  # \\server\share, to which Windows would send a password's hash
    # A domain's dots, IDNA's three others included. The endings left alone are no top-level domains.
    (re.compile(rf"(?<=\w)([.\u3002\uff0e\uff61])(?=[^\W\d_]{{2}})(?!{_OWN_WORD}|{_ENDING})", re.IGNORECASE), r"[\1]"),
    (re.compile("<"), "\u2039"),
    (re.compile(">"), "\u203a"),
    (re.compile(r"\]\("), "] ("),
)


def inert(text: str) -> str:
    """One line of plain text, wherever it is shown."""
    text = one_line(text)
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    return text

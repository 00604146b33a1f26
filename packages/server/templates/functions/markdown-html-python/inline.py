# -*- coding: utf-8 -*-
import html
import re

CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
STRONG = re.compile(r"\*\*([^*]+)\*\*")
EMPHASIS = re.compile(r"\*([^*]+)\*")
SAFE = re.compile(r"(https?://|mailto:|[/#.])", re.I)


def link(match):
    text, target = match.group(1), match.group(2)
    # an address like javascript: would run in the reader's page
    if not SAFE.match(target):
        return text
    return '<a href="%s">%s</a>' % (target, text)


def inline(text):
    """Everything is escaped first: whatever stands in the text, no tag of it reaches the page."""
    parts = CODE.split(text)
    for at, part in enumerate(parts):
        escaped = html.escape(part)
        if at % 2 == 1:
            parts[at] = "<code>%s</code>" % escaped
        else:
            parts[at] = EMPHASIS.sub(r"<em>\1</em>", STRONG.sub(r"<strong>\1</strong>", LINK.sub(link, escaped)))
    return "".join(parts)

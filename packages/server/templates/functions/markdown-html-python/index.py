# -*- coding: utf-8 -*-
import base64
import html
import re

from inline import inline

HEADING = re.compile(r"(#{1,6})[ \t]+(.+)")
ITEM = re.compile(r"([-*]|\d{1,9}\.)[ \t]+(.+)")


def convert(text):
    """Headings, paragraphs, lists, quotes and code blocks; everything else is text."""
    out, paragraph, items, kind = [], [], [], None
    code = None

    def flush():
        if paragraph:
            out.append("<p>%s</p>" % inline(" ".join(paragraph)))
            del paragraph[:]
        if items:
            out.append("<%s>%s</%s>" % (kind, "".join("<li>%s</li>" % inline(item) for item in items), kind))
            del items[:]

    for line in text.replace("\r\n", "\n").split("\n"):
        if code is not None:
            if line.startswith("```"):
                out.append("<pre><code>%s</code></pre>" % html.escape("\n".join(code)))
                code = None
            else:
                code.append(line)
            continue
        heading, item = HEADING.match(line), ITEM.match(line)
        if line.startswith("```"):
            flush()
            code = []
        elif line.strip() == "":
            flush()
        elif heading:
            flush()
            level = len(heading.group(1))
            out.append("<h%d>%s</h%d>" % (level, inline(heading.group(2).strip()), level))
        elif item:
            wanted = "ul" if item.group(1) in "-*" else "ol"
            if paragraph or (items and kind != wanted):
                flush()
            kind = wanted
            items.append(item.group(2))
        elif line.startswith(">"):
            flush()
            out.append("<blockquote>%s</blockquote>" % inline(line[1:].strip()))
        else:
            if items:
                flush()
            paragraph.append(line.strip())
    if code is not None:
        out.append("<pre><code>%s</code></pre>" % html.escape("\n".join(code)))
    flush()
    return "\n".join(out)


def handler(event, context):
    if "file_base64" in event:
        text = base64.b64decode(event["file_base64"], validate=True).decode("utf-8")
        return {"file_base64": base64.b64encode(convert(text).encode("utf-8")).decode("ascii")}
    return {"html": convert(event["markdown"])}

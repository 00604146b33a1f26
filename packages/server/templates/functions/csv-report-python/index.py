# -*- coding: utf-8 -*-
import base64
import csv
import io
from decimal import Decimal, InvalidOperation

MOST_GROUPS = 10000


def text_of(event):
    """The table as text; csv_base64 is for files that are not UTF-8."""
    if "csv_base64" in event:
        return base64.b64decode(event["csv_base64"], validate=True).decode(event.get("encoding", "utf-8-sig"))
    return event["csv"]


def handler(event, context):
    group_by, amount = event["group_by"], event["sum"]
    reader = csv.DictReader(io.StringIO(text_of(event)), delimiter=event.get("delimiter", ","))
    for column in (group_by, amount):
        if column not in (reader.fieldnames or []):
            raise ValueError("there is no column %s among %s" % (column, ", ".join(reader.fieldnames or [])))
    groups = {}
    rows = 0
    for row in reader:
        rows += 1
        try:
            value = Decimal((row[amount] or "0").strip())
            if not value.is_finite():
                raise InvalidOperation()
        except InvalidOperation:
            raise ValueError("line %d: %s is no number" % (reader.line_num, row[amount]))
        count, total = groups.get(row[group_by], (0, Decimal(0)))
        groups[row[group_by]] = (count + 1, total + value)
        if len(groups) > MOST_GROUPS:
            raise ValueError("more than %d groups" % MOST_GROUPS)
    ordered = sorted(groups.items(), key=lambda item: (-item[1][1], str(item[0])))
    context.getLogger().info("%d rows in %d groups", rows, len(groups))
    return {
        "rows": rows,
        "total": str(sum((total for _, total in groups.values()), Decimal(0))),
        "groups": [{"key": key, "rows": count, "sum": str(total)} for key, (count, total) in ordered],
    }

"""Invokes another function asynchronously with the rights of the agency; needs no package."""

import json
import os
import urllib.request


def handler(event, context):
    path = f"/v2/{context.getProjectID()}/fgs/functions/{event['urn']}/invocations-async"
    request = urllib.request.Request(
        os.environ["RUNTIME_PLATFORM_ENDPOINT"] + path,
        method="POST",
        data=json.dumps(event.get("event", {})).encode(),
        headers={"Content-Type": "application/json", "X-Auth-Token": context.getToken()},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)

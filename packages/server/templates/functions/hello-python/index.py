# -*- coding: utf-8 -*-


def handler(event, context):
    name = event.get("name") or "World"
    context.getLogger().info("saying hello to %s, request %s", name, context.getRequestID())
    return {"message": "Hello, %s!" % name}

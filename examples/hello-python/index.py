def handler(event, context):
    context.getLogger().info("saying hello, request %s", context.getRequestID())
    return {"message": "Hello, " + str(event.get("name") or "World") + "!"}

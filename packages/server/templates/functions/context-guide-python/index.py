# -*- coding: utf-8 -*-


def handler(event, context):
    logger = context.getLogger()
    logger.info("request %s begins", context.getRequestID())
    has_keys = context.getSecurityAccessKey() != ""
    if not has_keys:
        logger.warning("no agency: calls of other services would be refused")
    answer = {
        "request": context.getRequestID(),
        "function": {
            "name": context.getFunctionName(),
            "version": context.getVersion(),
            "package": context.getPackage(),
            "project": context.getProjectID(),
        },
        # numbers come as text from some of the methods
        "resources": {"memory_mb": int(context.getMemorySize()), "cpu_millis": int(context.getCPUNumber())},
        "time": {
            "limit_seconds": int(context.getRunningTimeInSeconds()),
            "left_ms": int(context.getRemainingTimeInMilliSeconds()),
        },
        # never answer or log the keys themselves
        "temporary_keys": has_keys,
        "greeting": context.getUserData("GREETING", "not set"),
    }
    return answer

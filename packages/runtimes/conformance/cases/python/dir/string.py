def handler(event, context):
    return 'of the function'

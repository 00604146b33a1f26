import json
import logging


def handler(event, context):
    logging.getLogger().info('logged')
    return json.loads('{"read": true}')

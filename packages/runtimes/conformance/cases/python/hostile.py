import json
import os
import time
import socket
json.loads = json.dumps = lambda *args, **kwargs: 'broken'
time.time = lambda: 0
os.getpid = lambda: -1


def handler(event, context):
    return 'still ' + event['state']

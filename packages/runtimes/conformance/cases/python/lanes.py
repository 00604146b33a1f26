import os
import time


def note(event, context):
    print('begin %d' % event['n'])
    time.sleep(event['ms'] / 1000.0)
    print('end %d' % event['n'])
    return str(event['n'])


def remaining(event, context):
    left = context.getRemainingTimeInMilliSeconds()
    time.sleep(event['ms'] / 1000.0)
    return str(left)


def exits(event, context):
    if event['n'] == 2:
        os._exit(3)
    return str(event['n'])


def raw(event, context):
    if event['n'] == 1:
        os.system('echo raw >&2')
    return str(event['n'])


def pieces(event, context):
    for _ in range(3):
        time.sleep(event['ms'] / 3000.0)
        yield str(event['n'])

# -*- coding:utf-8 -*-
import json
import os
import sys
import threading


def echo(event, context):
    return event


def text(event, context):
    return u'plain 文字'


def nothing(event, context):
    return None


def nullResult(event, context):
    return None


def number(event, context):
    return 42.5


def bool(event, context):
    return True


def circular(event, context):
    value = {}
    value['self'] = value
    return value


def unserialisable(event, context):
    return {'x': object()}


def not_a_number(event, context):
    return float('nan')


def big(event, context):
    return 'x' * event['size']


def length(event, context):
    return str(len(event['text']))


def fail(event, context):
    raise TypeError('went wrong: ' + event['why'])


def fail_chinese(event, context):
    raise ValueError(u'出错了')


def loaded(event, context):
    return [name for name in event if name in sys.modules]


def leave(event, context):
    sys.exit(5)


def exits(event, context):
    print('last words')
    os._exit(3)


def logs(event, context):
    logger = context.getLogger()
    logger.debug('hidden')
    logger.info('info %s %d', 'text', 7)
    logger.warning('warn')
    logger.error('error')
    logger.setLevel('DEBUG')
    logger.debug('shown')
    print(u'printed 中文')
    sys.stderr.write('to stderr\n')
    sys.stdout.write('no line break')
    return 'ok'


def longLog(event, context):
    print(u'é' * event['count'])
    return 'ok'


def longError(event, context):
    raise ValueError(u'é' * event['count'])


class Ending(Exception):
    def __str__(self):
        raise SystemExit(3)


def endsWhenRead(event, context):
    raise Ending()


def deepError(event, context):
    return deepError(event, context)


def chinese_json(event, context):
    print(json.dumps({u'名': u'值'}, ensure_ascii=False))
    return json.dumps(event, ensure_ascii=False)


def context(event, context):
    methods = [
        'getRequestID', 'getAccessKey', 'getSecretKey', 'getSecurityAccessKey', 'getSecuritySecretKey',
        'getSecurityToken', 'getToken', 'getFunctionName', 'getVersion', 'getProjectID', 'getPackage', 'getAlias',
        'getRunningTimeInSeconds', 'getMemorySize', 'getCPUNumber', 'getWorkflowID', 'getWorkflowRunID',
        'getWorkflowStateID',
    ]
    seen = dict((name, getattr(context, name)()) for name in methods)
    seen['userData'] = context.getUserData('KEY')
    seen['missing'] = 'none' if context.getUserData('toString') is None else 'found'
    seen['remaining'] = 0 < context.getRemainingTimeInMilliSeconds() <= 3000
    seen['env'] = os.environ['KEY']
    seen['link'] = 'visible' if 'FUNCGRAPH_LINK' in os.environ else 'hidden'
    seen['libraryPath'] = os.environ['LD_LIBRARY_PATH']
    seen['instance'] = context.get_instance_id()
    return seen


def snake(event, context):
    context.set_state({'a': 1})
    context.set_instance_id('other')
    return [
        context.get_state(), context.get_instance_id(), context.get_invoke_id(), context.get_trace_id(),
        context.get_invoke_property(),
    ]


prepared_text = 'no'


def init(context):
    global prepared_text
    prepared_text = 'yes, request id [' + context.getRequestID() + ']'
    print('initializing')


def initFails(context):
    raise Exception('cannot start')


def prepared(event, context):
    return prepared_text


arrived = threading.Barrier(2) if hasattr(threading, 'Barrier') else None
both = threading.Event()
names = []


def meet(event, context):
    print('arrived ' + event['name'])
    names.append(event['name'])
    if len(names) == 2:
        both.set()
    # Answers only when both requests have arrived: proof that they run at the same time.
    both.wait()
    return 'met as ' + event['name']


def forks(event, context):
    child = os.fork()
    if child == 0:
        return 'the child must not answer'
    os.waitpid(child, 0)
    return 'from the parent'


def lacks_key(event, context):
    return {}['size']


def fails_twice(event, context):
    try:
        return {}['size']
    except KeyError:
        raise ValueError('no size')


def fails_without_text(event, context):
    raise ValueError()


def spawns(event, context):
    if not event:
        return 'quiet'
    import subprocess
    subprocess.call(['echo', 'from a child'])
    return 'spawned'

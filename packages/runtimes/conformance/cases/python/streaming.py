# -*- coding:utf-8 -*-
import threading

given = threading.Semaphore(0)


def answer(work):
    def handler(event, context):
        if event.get('go'):
            given.release()
            return 'went'
        return work(event, context)
    return handler


@answer
def counts(event, context):
    for i in range(event['count']):
        yield u'piece %d\n' % i
        given.acquire()


@answer
def withHead(event, context):
    context.set_response_head(201, {'X-Many': ['a', 'b']}, content_type='text/plain')
    yield u'ma'
    yield b'de'


@answer
def mixed(event, context):
    return iter([u'文字', b' and ', bytearray(b'bytes')])


@answer
def empty(event, context):
    return iter([])


@answer
def large(event, context):
    return (b'x' * event['size'] for _ in range(event['pieces']))


@answer
def endless(event, context):
    try:
        while True:
            yield u'tick\n'
            threading.Event().wait(0.005)
    finally:
        print('cleaned up')


@answer
def breaks(event, context):
    yield u'so far'
    raise ValueError('no further')


@answer
def wrongPiece(event, context):
    yield {'not': 'text'}

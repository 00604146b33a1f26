"""OpenStack Swift with its S3 layer, in one process on loopback: `swift-service.py FOLDER`.

Prints the port of the service when it answers. The keys are `test:tester` and `testing`. Ends with its standard input.
"""

import os
import sys

import eventlet

eventlet.patcher.monkey_patch()

from eventlet import listen, wsgi  # noqa: E402
from swift.common import storage_policy, utils  # noqa: E402
from swift.common.http_protocol import SwiftHttpProtocol  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

PROXY = """
[pipeline:main]
pipeline = catch_errors listing_formats s3api tempauth copy slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


class Memory:
    """In the place of memcached, which the proxy needs."""

    def __init__(self):
        self.values = {}

    def set(self, key, value, **_):
        self.values[key] = value

    def get(self, key, **_):
        return self.values.get(key)

    def delete(self, key, **_):
        self.values.pop(key, None)

    def incr(self, key, delta=1, **_):
        self.values[key] = int(self.get(key) or 0) + delta
        return self.values[key]


CACHE = Memory()


def with_cache(app):
    def called(env, start_response):
        env["swift.cache"] = CACHE
        return app(env, start_response)

    return called


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def serve(folder, name, text, listener):
    common = f"[DEFAULT]\nswift_dir = {folder}\ndevices = {folder}/devices\nmount_check = false\n"
    app = loadapp(write(folder, f"{name}.conf", common + text))
    eventlet.spawn(
        wsgi.server,
        listener,
        with_cache(app),
        protocol=SwiftHttpProtocol,
        log=utils.NullLogger(),
        log_output=False,
    )


def main():
    folder = os.path.realpath(sys.argv[1])
    os.makedirs(os.path.join(folder, "devices", "disk"))
    write(
        folder,
        "swift.conf",
        "[swift-hash]\nswift_hash_path_suffix = test\n[storage-policy:0]\nname = one\ndefault = yes\n",
    )
    utils.set_swift_dir(folder)
    utils.validate_hash_conf()
    storage_policy.reload_storage_policies()

    parts = {name: listen(("127.0.0.1", 0)) for name in ("account", "container", "object")}
    for name, listener in parts.items():
        builder = RingBuilder(2, 1, 1)
        device = {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "device": "disk", "weight": 1}
        builder.add_dev({**device, "port": listener.getsockname()[1]})
        builder.rebalance()
        builder.get_ring().save(os.path.join(folder, f"{name}.ring.gz"))
    for name, listener in parts.items():
        serve(folder, name, f"[app:main]\nuse = egg:swift#{name}\n", listener)
    proxy = listen(("127.0.0.1", 0))
    serve(folder, "proxy", PROXY, proxy)
    print(proxy.getsockname()[1], flush=True)
    # the process that started this one holds the other end, and may be killed
    eventlet.tpool.execute(sys.stdin.buffer.read)


main()

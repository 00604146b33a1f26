"""Tries one hostile thing and prints how it ended: {"ok": value} or {"errno": name}. Usage: probe.py <name> [arguments]"""
import ctypes
import errno
import fcntl
import json
import os
import platform
import resource
import signal
import socket
import struct
import sys
import time

X86 = platform.machine() == 'x86_64'
NUMBERS = {
    'mount': (165, 40), 'ptrace': (101, 117), 'init_module': (175, 105), 'keyctl': (250, 219), 'bpf': (321, 280),
    'perf_event_open': (298, 241), 'unshare': (272, 97), 'setns': (308, 268), 'clone': (56, 220), 'clone3': (435, 435),
    'process_vm_readv': (310, 270), 'userfaultfd': (323, 282), 'io_uring_setup': (425, 425), 'open_tree': (428, 428),
    'chroot': (161, 51), 'umount2': (166, 39), 'personality': (135, 92), 'add_key': (248, 217),
}
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
CLONE_NEWUSER = 0x10000000


def call(name, *args):
    number = NUMBERS[name][0 if X86 else 1]
    values = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_long(a) for a in args]
    result = libc.syscall(ctypes.c_long(number), *values)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def in_child(action):
    """Runs `action` in a child process, so that what it changes dies with it."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os.write(write, b'0')
        except OSError as error:
            os.write(write, str(error.errno).encode())
        os._exit(0)
    os.close(write)
    code = int(os.read(read, 16) or b'-1')
    os.waitpid(pid, 0)
    if code:
        raise OSError(code, 'child')


def write_memory(pid):
    """Writes back what stands at the first writable place of another process."""
    with open('/proc/%s/maps' % pid) as maps:
        start = next(int(line.split('-')[0], 16) for line in maps if ' rw' in line)
    with open('/proc/%s/mem' % pid, 'r+b', buffering=0) as memory:
        memory.seek(start)
        first = memory.read(1)
        memory.seek(start)
        memory.write(first)


def clone_user():
    pid = call('clone', CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def bpf_map():
    # BPF_MAP_CREATE of an array: type 2, key 4, value 4, one entry.
    attributes = ctypes.create_string_buffer(b'\2\0\0\0\4\0\0\0\4\0\0\0\1\0\0\0', 72)
    os.close(call('bpf', 0, ctypes.addressof(attributes), 72))


def read(path):
    with open(path, 'rb') as file:
        return len(file.read(64))


def write(path):
    """Creates or changes without harm: opens for appending and writes nothing."""
    existed = os.path.exists(path)
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    if not existed:
        os.unlink(path)


def open_socket(family, kind, protocol):
    socket.socket(int(family), int(kind), int(protocol)).close()


def connect_unix(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect('\0' + path[1:] if path.startswith('@') else path)


def connect_tcp(host, port):
    with socket.socket() as s:
        s.settimeout(5)
        s.connect((host, int(port)))


def when_open(name, *args):
    """Waits for the first door of the platform: in a test the program starts before it is open."""
    while True:
        try:
            connect_tcp('platform.internal', 80)
            break
        except ConnectionRefusedError:
            time.sleep(0.01)
    return PROBES[name](*args)


def hold_tcp(host, port):
    with socket.create_connection((host, int(port)), 5):
        time.sleep(60)


def fetch(host, port):
    """What a server answers."""
    with socket.create_connection((host, int(port)), 5) as s:
        s.sendall(b'GET / HTTP/1.0\r\n\r\n')
        answer = b''
        while chunk := s.recv(4096):
            answer += chunk
    return answer.partition(b'\r\n\r\n')[2].decode()


def serve_tcp(port):
    """Listens on all addresses and says on which one others would find it, if they could."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(('198.51.100.2', 80))
        address = s.getsockname()[0]
    server = socket.create_server(('0.0.0.0', int(port)))
    print(json.dumps({'listening': address}), flush=True)
    while True:
        server.accept()[0].close()


def when_connected(name, *args):
    """Waits, as a runtime does for its code, until there is a way out; then runs another probe."""
    while True:
        with open('/proc/net/route') as file:
            if any(line.split()[1] == '00000000' for line in file):
                return PROBES[name](*args)
        time.sleep(0.001)


def ipv6_addresses():
    try:
        with open('/proc/net/if_inet6') as file:
            return [line.split()[0] for line in file if line.split()[-1] != 'lo']
    except FileNotFoundError:
        return []


def add_address(interface):
    """SIOCSIFADDR, as a program with rights over the interface would."""
    request = struct.pack('16sH2s4s8s', interface.encode(), socket.AF_INET, b'', socket.inet_aton('10.9.9.9'), b'')
    with socket.socket() as s:
        fcntl.ioctl(s, 0x8916, request)


def make_device(folder):
    path = os.path.join(folder, 'device')
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    os.unlink(path)


def make_fifo(folder):
    path = os.path.join(folder, 'fifo')
    os.mkfifo(path)
    os.unlink(path)


def listen_abstract(name):
    s = socket.socket(socket.AF_UNIX)
    s.bind('\0' + name)
    s.listen()
    print('listening', flush=True)
    signal.pause()


def raise_files():
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    except ValueError as error:
        # How Python words EPERM of setrlimit.
        raise OSError(errno.EPERM, 'setrlimit') from error


def open_files():
    held = []
    try:
        while True:
            held.append(os.open('/dev/null', os.O_RDONLY))
    except OSError as error:
        return {'opened': len(held), 'errno': errno.errorcode[error.errno]}


def fork_bomb():
    """Forks until refused, and the children fork too. Everybody then waits to be killed."""
    count = 0
    try:
        while True:
            if os.fork() == 0:
                signal.pause()
            count += 1
    except OSError as error:
        return {'forked': count, 'errno': errno.errorcode[error.errno]}


def fill(folder):
    total = 0
    block = b'x' * (1 << 20)
    with open(os.path.join(folder, 'big'), 'wb', buffering=0) as file:
        try:
            while True:
                total += file.write(block)
        except OSError as error:
            return {'bytes': total, 'errno': errno.errorcode[error.errno]}


def when_code(name, *args):
    """Waits, as a runtime that was started ahead does, until there is code; then runs another probe."""
    while not os.listdir('/opt/function/code'):
        time.sleep(0.001)
    return PROBES[name](*args)


def command(pid):
    try:
        with open('/proc/%s/cmdline' % pid) as file:
            return file.read().replace('\0', ' ')
    except (FileNotFoundError, ProcessLookupError):
        return ''  # ended since it was listed


def eat(total):
    block = []
    for _ in range(int(total) >> 20):
        block.append(b'x' * (1 << 20))
    return len(block)


def mount_flags(point):
    with open('/proc/self/mountinfo') as file:
        lines = [line.split() for line in file]
    return [sorted(set(fields[5].split(',')) & {'ro', 'nosuid', 'nodev'}) for fields in lines if fields[4] == point]


def text_of(path):
    with open(path) as file:
        return file.read()


def replace(path):
    """Puts another folder where this one is."""
    os.rename(path, path + '-old')
    os.mkdir(path)


def status():
    with open('/proc/self/status') as file:
        fields = dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)
    return {name: fields[name] for name in ('Uid', 'CapEff', 'CapBnd', 'CapInh', 'CapAmb', 'NoNewPrivs', 'Seccomp')}


PROBES = {
    'read': read,
    'write': write,
    'listdir': lambda path: sorted(os.listdir(path)),
    'pids': lambda: len([name for name in os.listdir('/proc') if name.isdigit()]),
    'descriptors': lambda: sorted(int(name) for name in os.listdir('/proc/self/fd'))[:-1],
    'environ': lambda: sorted(os.environ),
    'environ_of_init': lambda: sorted(
        part.split(b'=')[0].decode() for part in open('/proc/1/environ', 'rb').read().split(b'\0') if part
    ),
    'commands': lambda: [command(name) for name in os.listdir('/proc') if name.isdigit()],
    'signal': lambda pid: os.kill(int(pid), 0),
    'status': status,
    'write_memory': write_memory,
    'mount': lambda folder: call('mount', b'none', folder.encode(), b'tmpfs', 0, 0),
    'unmount': lambda folder: call('umount2', folder.encode(), 2),
    'remount': lambda folder: call('mount', b'none', folder.encode(), 0, 32 | 4096, 0),
    'move_mount_away': lambda folder: call('mount', folder.encode(), b'/tmp', 0, 8192, 0),
    'replace': replace,
    'link': lambda path: os.symlink('/tmp', path),
    'remove': os.rmdir,
    'rename': os.rename,
    'text_of': text_of,
    'mount_flags': mount_flags,
    'eat': eat,
    'when_code': when_code,
    'unshare_user': lambda: in_child(lambda: call('unshare', CLONE_NEWUSER)),
    'clone_user': clone_user,
    'clone3': lambda: call('clone3', 0, 0),
    'setns': lambda: call('setns', -1, 0),
    'ptrace': lambda: in_child(lambda: call('ptrace', 0, 0, 0, 0)),
    'init_module': lambda: call('init_module', 0, 0, b''),
    'keyctl': lambda: call('keyctl', 0, -3, 0),
    'bpf': bpf_map,
    'perf_event_open': lambda: call('perf_event_open', 0, 0, -1, -1, 0),
    'process_vm_readv': lambda: call('process_vm_readv', os.getpid(), 0, 0, 0, 0, 0),
    'io_uring_setup': lambda: call('io_uring_setup', 0, 0),
    'open_tree': lambda: os.close(call('open_tree', -100, b'/', 1)),
    'chroot': lambda: in_child(lambda: call('chroot', b'/')),
    'setuid_root': lambda: in_child(lambda: os.setuid(0)),
    'socket': open_socket,
    'connect_unix': connect_unix,
    'connect_tcp': connect_tcp,
    'fetch': fetch,
    'serve_tcp': serve_tcp,
    'when_connected': when_connected,
    'ipv6_addresses': ipv6_addresses,
    'add_address': add_address,
    'sleep_forever': signal.pause,
    'when_open': when_open,
    'hold_tcp': hold_tcp,
    'make_device': make_device,
    'make_fifo': make_fifo,
    'raise_files': raise_files,
    'listen_abstract': listen_abstract,
    'open_files': open_files,
    'fork_bomb': fork_bomb,
    'fill': fill,
}

if __name__ == '__main__':
    try:
        outcome = {'ok': PROBES[sys.argv[1]](*sys.argv[2:])}
    except OSError as error:
        outcome = {'errno': errno.errorcode.get(error.errno, str(error))}
    print(json.dumps(outcome), flush=True)
    if sys.argv[1] == 'fork_bomb':
        signal.pause()

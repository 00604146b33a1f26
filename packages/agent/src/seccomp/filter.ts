import {
  allow,
  and,
  encodeProgram,
  fail,
  type Instruction,
  JUMP_ANY_BIT,
  JUMP_AT_LEAST,
  JUMP_EQUAL,
  load,
  OFFSET_ARCH,
  OFFSET_NUMBER,
  offsetOfArgument,
  when,
} from './bpf.ts';
import { MACHINES, type Machine } from './syscalls.ts';

export const EPERM = 1;
export const ENOSYS = 38;
export const EAFNOSUPPORT = 97;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. NEWTIME is not a flag of `clone`. */
const NEW_NAMESPACE = 0x7e020000;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const S_IFMT = 0xf000;
const S_IFCHR = 0x2000;
const S_IFBLK = 0x6000;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/**
 * Allows every system call except those that functions do not need. The filter is the second barrier after namespaces
 * and dropped capabilities: it keeps hostile code away from the parts of the kernel where escapes were found.
 */
export function buildFilter(machine: Machine): Instruction[] {
  const { foreignFrom, mknod } = machine;
  const call = (number: number, then: readonly Instruction[]) => when(JUMP_EQUAL, number, then);
  return [
    load(OFFSET_ARCH),
    ...unless(machine.audit, [fail(EPERM)]),
    load(OFFSET_NUMBER),
    ...(foreignFrom === undefined ? [] : when(JUMP_AT_LEAST, foreignFrom, [fail(ENOSYS)])),
    ...Object.values(machine.denied).flatMap((number) => call(number, [fail(EPERM)])),
    // Its flags are in memory, which a filter cannot read; C libraries fall back to clone.
    ...call(machine.clone3, [fail(ENOSYS)]),
    ...call(machine.clone, [load(offsetOfArgument(0)), ...when(JUMP_ANY_BIT, NEW_NAMESPACE, [fail(EPERM)]), allow()]),
    ...call(machine.socket, allowedSockets()),
    ...call(machine.socketpair, allowedSockets()),
    ...call(machine.ioctl, [
      load(offsetOfArgument(1)),
      ...when(JUMP_EQUAL, TIOCSTI, [fail(EPERM)]),
      ...when(JUMP_EQUAL, TIOCLINUX, [fail(EPERM)]),
      allow(),
    ]),
    ...(mknod === undefined ? [] : call(mknod, noDeviceNodes(1))),
    ...call(machine.mknodat, noDeviceNodes(2)),
    allow(),
  ];
}

/** The filter for this machine as bytes for the kernel, or undefined when we have no table for it. */
export function filterBytes(arch: string): Buffer | undefined {
  const machine = MACHINES[arch];
  return machine === undefined ? undefined : encodeProgram(buildFilter(machine));
}

/** Runs `otherwise`, which must end with a return, when the loaded value differs from `k`. */
function unless(k: number, otherwise: readonly Instruction[]): Instruction[] {
  return [{ code: JUMP_EQUAL, jumpTrue: otherwise.length, jumpFalse: 0, k }, ...otherwise];
}

function allowedSockets(): Instruction[] {
  return [
    load(offsetOfArgument(0)),
    ...[AF_UNIX, AF_INET, AF_INET6].flatMap((family) => when(JUMP_EQUAL, family, [allow()])),
    // Listing network interfaces is common and harmless; other netlink protocols talk to the kernel's administration.
    ...when(JUMP_EQUAL, AF_NETLINK, [
      load(offsetOfArgument(2)),
      ...when(JUMP_EQUAL, NETLINK_ROUTE, [allow()]),
      fail(EAFNOSUPPORT),
    ]),
    fail(EAFNOSUPPORT),
  ];
}

/** Pipes, sockets and regular files may be created, devices may not. */
function noDeviceNodes(modeArgument: number): Instruction[] {
  return [
    load(offsetOfArgument(modeArgument)),
    and(S_IFMT),
    ...when(JUMP_EQUAL, S_IFCHR, [fail(EPERM)]),
    ...when(JUMP_EQUAL, S_IFBLK, [fail(EPERM)]),
    allow(),
  ];
}

import { describe, expect, it } from 'vitest';
import {
  ALLOW,
  AND,
  encodeProgram,
  type Instruction,
  JUMP_ANY_BIT,
  JUMP_AT_LEAST,
  JUMP_EQUAL,
  LOAD_WORD,
  RETURN,
} from './bpf.ts';
import { buildFilter, EAFNOSUPPORT, ENOSYS, EPERM, filterBytes } from './filter.ts';
import { MACHINES, type Machine } from './syscalls.ts';

const SIGCHLD = 17;
const CLONE_NEWUSER = 0x10000000;
const CLONE_NEWNS = 0x00020000;
const CLONE_THREAD_FLAGS = 0x3d0f00;
const ERRNO = 0x00050000;

/** Runs the filter as the kernel does; the answer is `allow` or an errno. */
function judge(
  program: readonly Instruction[],
  machine: Machine,
  number: number,
  args: readonly number[] = [],
  audit = machine.audit,
) {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(audit, 4);
  for (const [index, value] of args.entries()) data.writeUInt32LE(value >>> 0, 16 + 8 * index);
  let register = 0;
  for (let at = 0; at < program.length; at++) {
    const instruction = program[at];
    if (instruction === undefined) break;
    const { code, jumpTrue, jumpFalse, k } = instruction;
    if (code === LOAD_WORD) register = data.readUInt32LE(k);
    else if (code === AND) register = (register & k) >>> 0;
    else if (code === JUMP_EQUAL) at += register === k >>> 0 ? jumpTrue : jumpFalse;
    else if (code === JUMP_AT_LEAST) at += register >= k >>> 0 ? jumpTrue : jumpFalse;
    else if (code === JUMP_ANY_BIT) at += (register & k) === 0 ? jumpFalse : jumpTrue;
    else if (code === RETURN) return k === ALLOW ? 'allow' : k - ERRNO;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('the program ran off its end');
}

describe.each(Object.entries(MACHINES))('the system call filter for %s', (arch, machine) => {
  const program = buildFilter(machine);
  const run = (number: number, args?: readonly number[], audit?: number) =>
    judge(program, machine, number, args, audit);

  it('allows every call that is not forbidden', () => {
    const special = [
      machine.clone,
      machine.clone3,
      machine.socket,
      machine.socketpair,
      machine.ioctl,
      machine.mknodat,
      machine.mknod,
    ];
    const forbidden = new Set([...Object.values(machine.denied), ...special]);
    for (let number = 0; number < 480; number++)
      if (!forbidden.has(number)) expect([number, run(number)]).toEqual([number, 'allow']);
  });

  it.each(Object.entries(machine.denied))('refuses %s', (_name, number) => {
    expect(run(number)).toBe(EPERM);
  });

  it('names no call twice', () => {
    const numbers = Object.values(machine.denied);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('allows threads and children but no new namespace', () => {
    expect(run(machine.clone, [SIGCHLD])).toBe('allow');
    expect(run(machine.clone, [CLONE_THREAD_FLAGS])).toBe('allow');
    expect(run(machine.clone, [CLONE_NEWUSER | SIGCHLD])).toBe(EPERM);
    expect(run(machine.clone, [CLONE_NEWNS | SIGCHLD])).toBe(EPERM);
    for (let bit = 25; bit < 31; bit++) expect(run(machine.clone, [(1 << bit) | SIGCHLD])).toBe(EPERM);
  });

  it('answers that clone3 does not exist', () => {
    expect(run(machine.clone3)).toBe(ENOSYS);
  });

  it('allows unix, internet and route sockets and no other family', () => {
    const allowed = new Set([1, 2, 10, 16]);
    for (const call of [machine.socket, machine.socketpair]) {
      for (let family = 0; family < 64; family++)
        expect(run(call, [family, 1, 0])).toBe(allowed.has(family) ? 'allow' : EAFNOSUPPORT);
    }
    expect(run(machine.socket, [16, 3, 9])).toBe(EAFNOSUPPORT);
  });

  it('refuses to type into a terminal', () => {
    expect(run(machine.ioctl, [0, 0x5412])).toBe(EPERM);
    expect(run(machine.ioctl, [0, 0x541c])).toBe(EPERM);
    expect(run(machine.ioctl, [0, 0x5401])).toBe('allow');
  });

  it('allows pipes and files but no devices', () => {
    expect(run(machine.mknodat, [0, 0, 0o010600])).toBe('allow');
    expect(run(machine.mknodat, [0, 0, 0o100600])).toBe('allow');
    expect(run(machine.mknodat, [0, 0, 0o020600])).toBe(EPERM);
    expect(run(machine.mknodat, [0, 0, 0o060600])).toBe(EPERM);
    if (machine.mknod !== undefined) expect(run(machine.mknod, [0, 0o060600])).toBe(EPERM);
  });

  it('refuses every call of another architecture', () => {
    for (const audit of [0x40000003, 0x40000028, 0]) expect(run(39, [], audit)).toBe(EPERM);
  });

  it('refuses another interface of the same machine', () => {
    if (machine.foreignFrom !== undefined) expect(run(machine.foreignFrom + 39)).toBe(ENOSYS);
  });

  it('is encoded in eight bytes an instruction, little endian', () => {
    expect(filterBytes(arch)).toEqual(encodeProgram(program));
    const [first] = program;
    expect(encodeProgram(program).subarray(0, 8).toString('hex')).toBe('2000000004000000');
    expect(first).toEqual({ code: LOAD_WORD, jumpTrue: 0, jumpFalse: 0, k: 4 });
  });
});

it('has no filter for a machine without a table', () => {
  expect(filterBytes('mips')).toBeUndefined();
});

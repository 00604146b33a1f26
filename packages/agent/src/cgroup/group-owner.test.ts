import { describe, expect, it } from 'vitest';
import { ownerIdOf } from '../owner.ts';
import { groupNameOf, isGroupOfDead, NAMESPACES_HERE } from './group-owner.ts';

const MACHINE = '4026531836';
const A = '4026532001';
const B = '4026532002';
const alive = ownerIdOf(process.pid);
const [pid = '', startTime = '', boot = ''] = alive.split('-');
const dead = [pid, Number(startTime) + 1, boot].join('-');
const ofLastBoot = [pid, startTime, '00000000'].join('-');

describe('the group of an agent', () => {
  const nameIn = (own: string, owner: string) => groupNameOf(owner, { own });
  const seen = (own: string, all: readonly string[] | undefined) => ({
    own,
    all: () => (all === undefined ? undefined : new Set(all)),
  });

  it.each<[string, string, ReturnType<typeof seen>, boolean]>([
    ['of a living agent of the own container is not', nameIn(A, alive), seen(A, [A]), false],
    ['of a dead agent of the own container is', nameIn(A, dead), seen(A, [A]), true],
    ['of an agent whose number belongs to another process here is not', nameIn(B, dead), seen(A, [A]), false],
    ['of an agent that has the number of a process here is not', nameIn(B, alive), seen(A, [A]), false],
    ['of another container from before the last boot is', nameIn(B, ofLastBoot), seen(A, [A]), true],
    ['of a container that lives is not, for the machine', nameIn(A, dead), seen(MACHINE, [MACHINE, A]), false],
    ['of a container that has ended is, for the machine', nameIn(A, dead), seen(MACHINE, [MACHINE, B]), true],
    ['of a container is not where not all can be seen', nameIn(A, dead), seen(MACHINE, undefined), false],
    ['of a version that named no namespace is, when it is dead', `funcgraph-${dead}`, seen(A, [A]), true],
    ['of a version that named no namespace is not, when it lives', `funcgraph-${alive}`, seen(A, [A]), false],
    ['with the processes of an agent itself is not', `${nameIn(A, dead)}-agent`, seen(A, [A]), false],
    ['of something else is not', 'funcgraph-test-1', seen(A, [A]), false],
    ['without the prefix is not', dead, seen(A, [A]), false],
  ])('%s swept', (_, name, namespaces, isDead) => {
    expect(isGroupOfDead(name, namespaces)).toBe(isDead);
  });

  it('names the namespace that its own process is in', () => {
    expect(groupNameOf(alive)).toBe(`funcgraph-${alive}-${NAMESPACES_HERE.own}`);
    expect(NAMESPACES_HERE.all()?.has(NAMESPACES_HERE.own) ?? true).toBe(true);
    expect(isGroupOfDead(groupNameOf(alive))).toBe(false);
    expect(isGroupOfDead(groupNameOf(dead))).toBe(true);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { TestServer } from '../server.ts';

const children = (pid: number): number[] => {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
};

export function descendants(pid: number): number[] {
  try {
    return children(pid).flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return []; // it ended while we looked
  }
}

/** What must not grow with time. */
export interface Sample {
  /** Runtimes that live, with code or waiting for some: their number follows the load. */
  readonly sandboxes: number;
  readonly serverMb: number;
  readonly agentMb: number;
  readonly serverFiles: number;
  readonly agentFiles: number;
}

export function sample(server: TestServer): Sample | undefined {
  const agent = server.agentPid();
  if (agent === undefined) return undefined;
  try {
    return {
      sandboxes: sandboxes(agent),
      serverMb: memoryMb(server.pid),
      agentMb: memoryMb(agent),
      serverFiles: readdirSync(`/proc/${server.pid}/fd`).length,
      agentFiles: readdirSync(`/proc/${agent}/fd`).length,
    };
  } catch {
    return undefined; // one of them was just killed
  }
}

/** Each has a launcher, besides the agent's helpers and short-lived programs. */
function sandboxes(agent: number): number {
  return children(agent).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'bwrap\n').length;
}

function memoryMb(pid: number): number {
  const kb = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  return kb / 1024;
}

/** The lowest values of the middle third and of the last one: a leak lifts the floor, a busy moment does not. */
export function floors(samples: readonly Sample[], of: (one: Sample) => number): [middle: number, last: number] {
  const third = Math.floor(samples.length / 3);
  const floor = (list: readonly Sample[]): number => Math.min(...list.map(of));
  return [floor(samples.slice(third, 2 * third)), floor(samples.slice(2 * third))];
}

import { readdirSync, readFileSync } from 'node:fs';
import { Belongings } from '../../crash/leftovers.ts';
import { agentGroups, subfolders } from '../../e2e/isolation/sandbox-bench.ts';
import type { TestServer } from '../../server.ts';

/** What a server and its agent hold of the machine, for looking whether it grows. */
export interface Footprint {
  /** Open files and sockets of each process. */
  readonly serverFiles: number;
  readonly agentFiles: number;
  /** Processes, cgroups, mounts, loop devices and folders that name the server or its agent. */
  readonly belongings: number;
  /** Control groups of instances. */
  readonly groups: number;
  readonly links: number;
  readonly serverRssMb: number;
  readonly agentRssMb: number;
}

export function footprint(server: TestServer): Footprint {
  const agentPid = server.agentPid();
  if (agentPid === undefined) throw new Error('the server has no agent');
  const owners = subfolders(server.runDir);
  const groups = agentGroups().filter((group) => owners.some((owner) => group.includes(owner)));
  return {
    serverFiles: filesOf(server.pid),
    agentFiles: filesOf(agentPid),
    belongings: new Belongings(server).left().length,
    groups: groups.flatMap((group) => subfolders(group)).length,
    links: readdirSync(`${server.runDir}/links`).length,
    serverRssMb: residentMb(server.pid),
    agentRssMb: residentMb(agentPid),
  };
}

function filesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function residentMb(pid: number): number {
  const kb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return Math.round(kb / 102.4) / 10;
}

/** Megabytes that the whole machine could still give away. */
export function availableMb(): number {
  return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024;
}

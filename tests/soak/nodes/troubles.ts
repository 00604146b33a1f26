import type { Machine, Machines } from '../../machines/machines.ts';
import { pause } from '../verdict.ts';
import type { NodesSoak } from './nodes-soak.ts';

/** One kind of trouble for a cluster; resolves with a figure when it is over, but before all is well again. */
interface Trouble {
  readonly name: string;
  readonly servers: number;
  readonly run: (soak: NodesSoak, machine: Machine, another: Machine) => Promise<string>;
}

const between = (least: number, most: number): number => least + Math.random() * (most - least);

async function cutFor(
  machines: Machines,
  machine: Machine,
  far: 'database' | 's3' | Machine,
  ms: number,
): Promise<string> {
  machines.cut(machine, far);
  try {
    await pause(ms);
  } finally {
    machines.mend(machine, far);
  }
  return `${machine.name} for ${(ms / 1000).toFixed(0)} s`;
}

/** In any order, again and again. */
export const TROUBLES: readonly Trouble[] = [
  {
    name: 'kill -9',
    servers: 1,
    async run(soak, machine) {
      const takeover = await soak.kill([machine]);
      await pause(between(0, 8_000));
      await soak.restart(machine);
      return `${machine.name}${takeover}`;
    },
  },
  {
    name: 'kill -9 of two',
    servers: 3,
    async run(soak, machine, another) {
      const takeover = await soak.kill([machine, another]);
      for (const each of [machine, another]) await soak.restart(each);
      return `${machine.name}, ${another.name}${takeover}`;
    },
  },
  {
    name: 'restart in order',
    servers: 1,
    async run(soak, machine) {
      await machine.server.kill('SIGTERM');
      await soak.restart(machine);
      return machine.name;
    },
  },
  {
    name: 'server - server',
    servers: 2,
    run: ({ machines }, machine, another) => cutFor(machines, machine, another, between(1_000, 20_000)),
  },
  {
    name: 'server - database',
    servers: 1,
    // sometimes for longer than a server goes on without
    run: ({ machines }, machine) => cutFor(machines, machine, 'database', between(1_000, 70_000)),
  },
  {
    name: 'server - S3',
    servers: 1,
    run: ({ machines }, machine) => cutFor(machines, machine, 's3', between(1_000, 20_000)),
  },
  {
    name: 'PostgreSQL killed',
    servers: 1,
    async run({ machines }) {
      await machines.cluster.kill(Math.random() < 0.5 ? 'SIGKILL' : 'SIGQUIT');
      await pause(between(0, 6_000));
      await machines.cluster.boot();
      machines.databaseQuota.add(machines.cluster.pid ?? 0);
      return '';
    },
  },
];

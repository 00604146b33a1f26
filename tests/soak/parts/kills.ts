import { call } from '../../functions.ts';
import { descendants } from '../samples.ts';
import type { Soak } from '../soak.ts';
import { pause, until } from '../verdict.ts';
import type { Part } from './part.ts';

function send(pid: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal);
  } catch {
    return false; // it ended by itself
  }
}

/** Returns how long each took. */
async function everyFunctionAnswers({ server, members, nextNumber }: Soak): Promise<string> {
  const seconds: string[] = [];
  for (const { name, urn } of members.filter(({ path }) => path === undefined)) {
    const began = Date.now();
    await until(`${name} answers`, 60_000, async () => {
      const n = nextNumber();
      return (await call(server, urn, { n })).text.replace(' ', '') === `{"n":${n}}`;
    });
    seconds.push(((Date.now() - began) / 1000).toFixed(1));
  }
  return seconds.join(', ');
}

export const processesKilled: Part = {
  name: 'processes',
  what: 'SIGKILL to processes in instances',
  callers: 'failures',
  async run(soak) {
    let killed = 0;
    for (let round = 0; round < 10; round += 1) {
      await pause(Math.random() * 2_000);
      const agent = soak.server.agentPid();
      const processes = agent === undefined ? [] : descendants(agent);
      if (send(processes[Math.floor(Math.random() * processes.length)], 'SIGKILL')) killed += 1;
    }
    await everyFunctionAnswers(soak);
    return `${killed} killed`;
  },
};

async function replaceAgent(soak: Soak, signal: NodeJS.Signals): Promise<string> {
  const before = soak.server.agentPid();
  soak.belongings.note();
  send(before, signal);
  const began = Date.now();
  await until('another agent', 60_000, () => ![undefined, before].includes(soak.server.agentPid()));
  const ms = Date.now() - began;
  const functions = await everyFunctionAnswers(soak);
  soak.belongings.note();
  return `replaced after ${(ms / 1000).toFixed(1)} s, functions answer after ${functions} s`;
}

export const agentKilled: Part = {
  name: 'agent',
  what: 'SIGKILL to the agent',
  callers: 'failures',
  run: (soak) => replaceAgent(soak, 'SIGKILL'),
};

export const agentHung: Part = {
  name: 'hang',
  what: 'SIGSTOP to the agent, which the server has to notice and replace',
  callers: 'failures',
  run: (soak) => replaceAgent(soak, 'SIGSTOP'),
};

export const serverKilled: Part = {
  name: 'server',
  what: 'SIGKILL to the server under load',
  callers: 'restart',
  async run(soak) {
    for (let round = 0; round < 3; round += 1) {
      await pause(Math.random() * 5_000);
      await soak.restart('SIGKILL');
    }
    return '3 killed';
  },
};

export const databaseKilled: Part = {
  name: 'database',
  what: 'SIGKILL or SIGQUIT to PostgreSQL, for up to six seconds',
  callers: 'restart',
  needsPostgres: true,
  async run({ cluster }) {
    for (let round = 0; round < 3; round += 1) {
      await pause(Math.random() * 5_000);
      await cluster?.kill(Math.random() < 0.5 ? 'SIGKILL' : 'SIGQUIT');
      // sometimes for longer than a call waits
      await pause(Math.random() * 6_000);
      await cluster?.boot();
    }
    return '3 killed';
  },
};

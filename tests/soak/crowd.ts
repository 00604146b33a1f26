import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { project, runtimeOf, target } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { type CrowdFunction, crowdFunctions } from './crowd-functions.ts';
import { pause } from './verdict.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

const CONNECTIONS = 32;
const BURST_MS = 1_500;
const PAUSE_MS = 1_000;
/** A kill ends the lanes of its version for ten seconds, so most bursts have none. Each function has its turn. */
const KILL_EVERY = 13;
const USER = 1003;

/**
 * Bursts of requests to functions so short that requests wait in instances, and an account of every request: which ran
 * how often. Some requests kill their instance.
 */
export class Crowd implements Disposable {
  readonly #server: TestServer;
  /** Not on the disk that the soak fills: a run that cannot be noted proves nothing. */
  readonly #folder: string;
  readonly #paths: readonly string[];
  /** Requests with their own number as the answer. */
  readonly #answered = new Set<number>();
  readonly wrong: string[] = [];
  #sent = 0;
  #bursts = 0;
  /** Most requests per busy instance that a look at the gauges found. All functions run one at a time: more are lanes. */
  deepest = 0;

  private constructor(server: TestServer, folder: string, paths: readonly string[]) {
    this.#server = server;
    this.#folder = folder;
    this.#paths = paths;
  }

  /** Needs root: the functions write to a folder that they mount. */
  static async create(server: TestServer): Promise<Crowd> {
    const folder = mkdtempSync(join(tmpdir(), 'funcgraph-soak-ran-'));
    chownSync(folder, USER, USER);
    const added = await server.fgs(['filesystems', 'add', 'ran', '--path', folder]);
    if (added.exitCode !== 0) throw new Error(added.stderr);
    const paths = [];
    for (const one of crowdFunctions()) paths.push(await functionUrl(server, one));
    return new Crowd(server, folder, paths);
  }

  async work(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.#bursts += 1;
      const path = this.#paths[this.#bursts % this.#paths.length] as string;
      await this.#burst(path, this.#bursts % KILL_EVERY === 0);
      await pause(PAUSE_MS);
    }
  }

  /** How the requests ended, and whether each answered one ran exactly once and no other more than once. */
  account(): { readonly holds: boolean; readonly detail: string } {
    const runs = new Map<number, number>();
    for (const name of readdirSync(this.#folder))
      for (const n of readFileSync(join(this.#folder, name), 'latin1').split('\n').filter(Boolean).map(Number))
        runs.set(n, (runs.get(n) ?? 0) + 1);
    const twice = [...runs].filter(([, times]) => times > 1);
    const never = [...this.#answered].filter((n) => !runs.has(n));
    const foreign = [...runs.keys()].filter((n) => !(n >= 1 && n <= this.#sent));
    const faults = [
      ...twice.map(([n, times]) => `${n} ran ${times} times`),
      ...never.map((n) => `${n} was answered and never ran`),
      ...foreign.map((n) => `${n} was never sent`),
      ...this.wrong,
    ];
    const figures = `${this.#sent} sent, ${this.#answered.size} answered, ${runs.size} ran, up to ${this.deepest.toFixed(1)} requests per busy instance`;
    return {
      holds: faults.length === 0 && this.#answered.size > 0 && this.deepest > 1,
      detail: [figures, ...faults.slice(0, 5)].join('; '),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  async #burst(path: string, kills: boolean): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const end = Date.now() + BURST_MS;
    const killed = kills ? this.#sent + 400 : Number.NaN;
    try {
      await Promise.all([
        ...Array.from({ length: CONNECTIONS }, async () => {
          while (Date.now() < end) {
            this.#sent += 1;
            const n = this.#sent;
            await this.#one(agent, `${path}?n=${n}${n === killed ? '&kill=1' : ''}`, n);
          }
        }),
        this.#look(end),
      ]);
    } finally {
      agent.destroy();
    }
  }

  async #one(agent: Agent, path: string, n: number): Promise<void> {
    const answer = await this.#get(agent, path);
    // a server that starts again, or a request whose instance was killed
    if (answer === undefined || answer.status >= 429) return pause(answer === undefined ? 200 : 10);
    if (answer.status === 200 && answer.text === String(n)) this.#answered.add(n);
    else if (this.wrong.length < 20) this.wrong.push(`sent ${n}, got ${answer.status} ${answer.text.slice(0, 100)}`);
  }

  async #gauges(): Promise<{ living: number; idle: number; in_flight: number } | undefined> {
    try {
      return (await this.#server.api.call('showGauges', {})).data.instances;
    } catch {
      return undefined;
    }
  }

  async #get(agent: Agent, path: string): Promise<Answer | undefined> {
    try {
      return await get(agent, `${this.#server.gateway}${path}`);
    } catch {
      return undefined; // the server starts again, on another port
    }
  }

  async #look(end: number): Promise<void> {
    while (Date.now() < end) {
      await pause(300);
      const gauges = await this.#gauges();
      if (gauges === undefined) continue;
      const { living, idle, in_flight } = gauges;
      if (living > idle) this.deepest = Math.max(this.deepest, in_flight / (living - idle));
    }
  }
}

async function functionUrl(server: TestServer, { family, handler, codeType, code }: CrowdFunction): Promise<string> {
  const runtime = await runtimeOf(server, family);
  const name = `soak-crowd-${family.slice(0, 4).toLowerCase()}`;
  const memory = family === 'Java' ? 256 : 128;
  const { data } = await server.api.call('createFunction', {
    params: project(server),
    body: {
      ...{ func_name: name, package: 'default', runtime, handler, timeout: 10, memory_size: memory },
      ...{ code_type: codeType, code_filename: `code.${codeType}`, func_code: { file: code } },
    },
  });
  const urn = data.func_urn.replace(/:latest$/, '');
  const mounts = [{ mount_type: 'sfs', mount_resource: 'ran', local_mount_path: '/mnt/ran' }];
  await server.api.call('updateFunctionConfig', {
    params: target(server, urn),
    body: {
      func_name: name,
      runtime,
      handler,
      memory_size: memory,
      timeout: 10,
      mount_config: { mount_user: { user_id: -1, user_group_id: -1 }, func_mounts: mounts },
    },
  });
  const body = { enabled: true, auth: 'none' } as const;
  return (await server.api.call('setFunctionUrl', { params: target(server, urn), body })).data.path;
}

function get(agent: Agent, url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

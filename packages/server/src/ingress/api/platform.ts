import type { Pool, Prewarmed, SandboxCapabilities } from '../../instances/index.ts';
import type { AccountGate, AsyncInvocations } from '../../invocation/index.ts';
import { type ApiRequest, type Handlers, Reply } from '../http/handler.ts';

export interface RuntimeInfo {
  readonly name: string;
  readonly language: string;
  readonly lanes: boolean;
  readonly available: boolean;
  readonly version?: string;
  readonly source?: string;
  readonly path?: string;
  readonly servedBy?: string;
  readonly install?: string;
  readonly hint?: string;
}

/** The parts of the runtime registry that these handlers need. Its errors already use the API's codes. */
export interface Runtimes {
  list(): Promise<readonly RuntimeInfo[]>;
  add(name: string, from: string): Promise<RuntimeInfo>;
  install(name: string, onProgress: (step: string, detail: string) => void): Promise<RuntimeInfo>;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
  /** Stands for the detail and the hint in other languages. */
  readonly code?: string;
  /** What the detail names. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface PlatformDeps {
  readonly version: string;
  readonly runtimes: Runtimes;
  readonly capabilities: SandboxCapabilities;
  readonly pool: Pick<Pool, 'gauges'>;
  readonly prewarmed: Pick<Prewarmed, 'waiting'>;
  readonly asyncInvocations: Pick<AsyncInvocations, 'gauges'>;
  readonly gate: Pick<AccountGate, 'waiting'>;
  readonly checks: () => Promise<readonly Check[]>;
  /** Conditions for a ready server. */
  readonly ready: () => Promise<{
    readonly disk: boolean;
    readonly database: boolean;
    readonly agent: boolean;
    readonly staying: boolean;
  }>;
}

type Ids = 'showHealth' | 'showReady' | 'showDoctor' | 'showGauges' | 'listRuntimes' | 'addRuntime' | 'installRuntime';
type InstallLine = { step: string; runtime?: ReturnType<typeof toWire>; error?: string };

export function platformHandlers(deps: PlatformDeps): Handlers<Ids> {
  return {
    async showHealth() {
      return { status: 'ok', version: deps.version };
    },

    async showReady() {
      const { staying, ...parts } = await deps.ready();
      const ready = parts.disk && parts.database && parts.agent && staying;
      return new Reply({ ready, ...parts, draining: !staying }, { status: ready ? 200 : 503 });
    },

    async showDoctor() {
      const { driver, rootPrivileges, cgroup, degraded } = deps.capabilities;
      return {
        version: deps.version,
        node: process.version,
        sandbox: { driver, root: rootPrivileges, cgroup, degraded: [...degraded] },
        checks: (await deps.checks()).map(({ values, ...check }) => ({
          ...check,
          ...(values === undefined ? {} : { values: { ...values } }),
        })),
      };
    },

    async showGauges() {
      const pool = deps.pool.gauges();
      const queue = await deps.asyncInvocations.gauges();
      return {
        instances: {
          living: pool.instances,
          idle: pool.idle,
          frozen: pool.frozen,
          reserved: pool.reserved,
          starting: pool.starting,
          waiting: pool.waiting,
          in_flight: pool.inFlight,
          promised_memory_mb: pool.promisedMemoryMb,
          prewarmed: deps.prewarmed.waiting,
        },
        account: { waiting: deps.gate.waiting },
        async: {
          waiting: queue.waiting,
          running: queue.running,
          deliveries: queue.deliveries,
          dead_letters: queue.deadLetters,
        },
      };
    },

    async listRuntimes() {
      return { runtimes: (await deps.runtimes.list()).map(toWire) };
    },

    async addRuntime(request) {
      return toWire(await deps.runtimes.add(request.params.name, request.body.from));
    },

    installRuntime(request) {
      return install(deps.runtimes, request);
    },
  };
}

function toWire(info: RuntimeInfo): {
  name: string;
  language: string;
  lanes: boolean;
  available: boolean;
  version: string;
  source: string;
  path: string;
  served_by: string;
  hint: string;
} {
  return {
    name: info.name,
    language: info.language,
    lanes: info.lanes,
    available: info.available,
    version: info.version ?? '',
    source: info.source ?? '',
    path: info.path ?? '',
    served_by: info.servedBy ?? '',
    hint: info.hint ?? info.install ?? '',
  };
}

async function* install(runtimes: Runtimes, request: ApiRequest<'installRuntime'>): AsyncGenerator<InstallLine> {
  const lines: InstallLine[] = [];
  let wake = (): void => {};
  const push = (line: InstallLine): void => {
    lines.push(line);
    wake();
  };
  let done = false;
  const work = runtimes
    .install(request.params.name, (step, detail) => push({ step: `${step}: ${detail}` }))
    .then(
      (runtime) => push({ step: 'done', runtime: toWire(runtime) }),
      (error: unknown) => push({ step: 'failed', error: error instanceof Error ? error.message : 'failed' }),
    )
    .finally(() => {
      done = true;
      wake();
    });
  while (!done || lines.length > 0) {
    const line = lines.shift();
    if (line !== undefined) yield line;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (done) resolve();
      });
    }
  }
  await work;
}

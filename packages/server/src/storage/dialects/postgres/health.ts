import type { StorageCheck } from '../../options.ts';
import { reasonOf } from './failure.ts';

/** Runs one statement, in a transaction of its own. */
export type Ask = (sql: string) => Promise<readonly unknown[]>;

interface Health {
  readonly version: string;
  readonly bytes: number;
  readonly fsync: string;
  readonly may_create: boolean;
  /** Of its machine, ms since the epoch. */
  readonly now_ms: number;
}

/** By this much more the clocks of a server and of the database may differ than the question took. */
const MOST_DIFFERENCE_MS = 2_000;

const COMMITS = 5;
/** A commit that needs no table: it writes a message to the WAL only. */
const COMMIT = `select pg_logical_emit_message(true, 'funcgraph', '')`;
const HEALTH = `select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
  current_setting('fsync') as fsync, has_schema_privilege(current_schema(), 'CREATE') as may_create,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms`;

/** Checks a reachable database; `place` names it. Rejects when a statement fails. `now`: the clock of this machine. */
export async function examine(place: string, ask: Ask, now = Date.now): Promise<StorageCheck> {
  const before = now();
  const [row] = await ask(HEALTH);
  const after = now();
  const { version, bytes, fsync, may_create, now_ms } = row as Health;
  const ms = await commitMs(ask);
  const size = `${Math.ceil(bytes / 2 ** 20)} MB`;
  const detail = `${place}, version ${version}, ${size}, a commit takes ${ms.toFixed(1)} ms`;
  if (!may_create) {
    const hint = 'the next version may need new tables: GRANT CREATE ON SCHEMA public TO the user';
    return { ok: false, detail: `${detail}; its user may not make tables`, hint };
  }
  const wrongClock = clockDifference(now_ms, before, after);
  if (wrongClock !== undefined) {
    const hint =
      'timers, sign-ins and tokens go by the clocks of all servers: set them by one time service, such as chrony';
    return { ok: false, detail: `${detail}; ${wrongClock}`, hint };
  }
  if (fsync === 'on') return { ok: true, detail };
  const hint = 'set fsync = on in postgresql.conf, unless the data may be lost';
  return { ok: false, detail: `${detail}; fsync is off: a crash of its machine loses acknowledged data`, hint };
}

/** Undefined while the clocks may be the same: `there` was read at some time between the two others. */
function clockDifference(there: number, before: number, after: number): string | undefined {
  const ahead = before - there;
  const behind = there - after;
  const ms = Math.max(ahead, behind);
  if (ms <= MOST_DIFFERENCE_MS) return undefined;
  return `the clock of this machine is ${Math.round(ms / 1000)} s ${ahead > behind ? 'ahead of' : 'behind'} the one of the database`;
}

/** The median of a few commits, in ms. */
async function commitMs(ask: Ask): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < COMMITS; n += 1) {
    const begin = performance.now();
    await ask(COMMIT);
    all.push(performance.now() - begin);
  }
  return all.sort((a, b) => a - b)[COMMITS >> 1] ?? Number.NaN;
}

/** The check result of a database that did not answer. */
export function absent(error: unknown, hint: string): StorageCheck {
  return { ok: false, detail: reasonOf(error), hint };
}

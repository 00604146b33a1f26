import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ManualClock } from '../../../packages/server/src/lib/manual-clock.ts';
import { AlarmEvaluator, AlarmMeasures, AlarmStore } from '../../../packages/server/src/services/index.ts';
import { openStorage } from '../../../packages/server/src/storage/index.ts';
import { openTelemetry } from '../../../packages/server/src/telemetry/index.ts';
import { invocationRecord } from '../../../packages/server/src/telemetry/testing.ts';
import { absolute, type Row, ratioAtMost } from '../report.ts';
import type { Bench } from '../section.ts';

type Database = Awaited<ReturnType<typeof openStorage>>['db'];

const MINUTE_MS = 60_000;
const RULES = 1_000;
/** Beside which the growth is measured. */
const FEW = 100;
const TURNS = 5;
const PERIOD_MINUTES = 60;
const BEGIN = Date.UTC(2026, 0, 1);
/** Ends at a multiple of the period; a call ended in each minute before. */
const END = BEGIN + 10 * PERIOD_MINUTES * MINUTE_MS;

/** Judging rules of as many functions, each with a call in every minute: the usual rule, and the one that reads most. */
export async function alarms(bench: Bench): Promise<Row[]> {
  bench.progress('alarms');
  const dir = mkdtempSync(join(tmpdir(), 'fg-bench-alarms-'));
  const storage = await openStorage({ file: join(dir, 'main.sqlite') });
  const clock = new ManualClock(END);
  const telemetry = await openTelemetry({
    ...{ dir, retainDays: 7, clock, maxBuffered: RULES * 2 },
    onError: (error) => {
      throw error;
    },
  });
  try {
    const store = new AlarmStore(storage.db);
    for (let minute = BEGIN; minute < END; minute += MINUTE_MS) {
      for (let n = 0; n < RULES; n += 1) {
        const functionKey = `p${n % 10}:default:f${n}`;
        telemetry.records.append(invocationRecord({ functionKey, requestId: `${n}-${minute}`, startedAt: minute + n }));
      }
      await telemetry.records.flush();
    }
    for (let n = 0; n < RULES; n += 1) await addRule(storage.db, store, n);
    const judge = (): Promise<number> => evaluated({ storage, store, telemetry, clock });
    // the first turn compiles the code
    const turns: { readonly all: number; readonly few: number }[] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      await enableOnly(storage.db, RULES);
      const all = await judge();
      await enableOnly(storage.db, FEW);
      turns.push({ all, few: await judge() });
    }
    // what else the machine does only adds to a measurement of some ms
    const short = Math.min(...turns.map(({ all }) => all));
    const few = Math.min(...turns.map((turn) => turn.few));
    await enableOnly(storage.db, RULES);
    await storage.db
      .updateTable('alarm_rule')
      .set({ period: PERIOD_MINUTES, periods: 10, judged_to: END - PERIOD_MINUTES * MINUTE_MS })
      .execute();
    const long = await judge();
    return [
      absolute('alarms: 1,000 rules, one period of a minute', short, 'ms', { most: 2_000 }),
      ratioAtMost('  beside 100 rules', short, 'ms', few, RULES / FEW),
      absolute('alarms: 1,000 rules, ten periods of an hour', long, 'ms', { most: 10_000 }),
    ];
  } finally {
    await telemetry.close();
    await storage.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function enableOnly(db: Database, count: number): Promise<void> {
  const first = Array.from({ length: count }, (_, n) => `r${n}`);
  await db
    .updateTable('alarm_rule')
    .set({ enabled: 0, judged_to: END - MINUTE_MS })
    .execute();
  await db.updateTable('alarm_rule').set({ enabled: 1 }).where('id', 'in', first).execute();
}

async function addRule(db: Database, store: AlarmStore, n: number): Promise<void> {
  const fn = { id: `f${n}`, project_id: `p${n % 10}`, package: 'default', name: `f${n}`, runtime: '', collected: 0 };
  await db
    .insertInto('function')
    .values({ ...fn, created_at: 0 })
    .execute();
  await store.insert(
    {
      ...{ id: `r${n}`, projectId: fn.project_id, name: fn.name, description: '', enabled: true },
      target: { kind: 'function', functionId: fn.id, package: 'default', name: fn.name },
      ...{ metric: 'failcount', statistic: 'sum', period: 1, topics: [], notifyOn: ['alarm'], setBy: undefined },
      condition: { comparison: '>', threshold: 0, periods: 1, breaching: 1, missing: 'keep' },
      ...{ state: 'ok', stateSince: BEGIN, value: undefined, noticed: 'ok', changes: 0 },
      ...{ judgedTo: END - MINUTE_MS, createdAt: BEGIN, modifiedAt: BEGIN },
    },
    RULES,
  );
}

interface Parts {
  readonly storage: Awaited<ReturnType<typeof openStorage>>;
  readonly store: AlarmStore;
  readonly telemetry: Awaited<ReturnType<typeof openTelemetry>>;
  readonly clock: ManualClock;
}

/** Ms until all rules are judged up to `END`. */
async function evaluated({ storage, store, telemetry, clock }: Parts): Promise<number> {
  await storage.db.deleteFrom('alarm_progress').execute();
  await storage.atomic([store.progress(END - PERIOD_MINUTES * MINUTE_MS)]);
  const wall = new ManualClock(END + 21_000);
  const evaluator = new AlarmEvaluator({
    ...{ storage, store, clock: wall, log: pino({ level: 'silent' }) },
    measures: new AlarmMeasures({
      functions: {
        completeTo: async (end) => end,
        measure: (measurements) => telemetry.metrics.measure(measurements),
      },
      flowMinutes: async () => [],
    }),
    messages: { of: async () => ({ notices: [], statements: [], stored: () => {} }) },
  });
  const guard = { query: storage.db.selectFrom('alarm_rule').select('id').limit(1).compile() };
  const begin = performance.now();
  evaluator.start({ guard, onRefused: () => {} });
  wall.advance(1);
  // stops when the work under way has ended
  while ((await store.judgedTo()) !== END) clock.advance(1);
  const ms = performance.now() - begin;
  await evaluator.stop();
  return ms;
}

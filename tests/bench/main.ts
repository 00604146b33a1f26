import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { atPace, bareStarts, paceOf, REFERENCE_MS } from './pace.ts';
import { type Row, table } from './report.ts';
import { median, type Section } from './section.ts';
import { alarms } from './sections/alarms.ts';
import { asynchronous } from './sections/async.ts';
import { brokers } from './sections/brokers.ts';
import { buckets } from './sections/buckets.ts';
import { cluster as servers } from './sections/cluster.ts';
import { cold } from './sections/cold.ts';
import { dev } from './sections/dev.ts';
import { flows } from './sections/flows.ts';
import { gateway } from './sections/gateway.ts';
import { hop } from './sections/hop.ts';
import { kinds } from './sections/kinds.ts';
import { overload } from './sections/overload.ts';
import { peer } from './sections/peer.ts';
import { topics } from './sections/topics.ts';
import { url } from './sections/url.ts';
import { warm } from './sections/warm.ts';
import { startBaseline } from './target.ts';

const SECTIONS: Readonly<Record<string, Section>> = {
  warm,
  url,
  kinds,
  overload,
  async: asynchronous,
  flows,
  buckets,
  topics,
  brokers,
  alarms,
  gateway,
  hop,
  cluster: servers,
  cold,
  peer,
  dev,
};

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    profile: { type: 'string' },
    postgres: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(SECTIONS).join(',') },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write(`npm run bench -- [options]
  --only A,B      sections to run: ${Object.keys(SECTIONS).join(', ')}
  --seconds N     length of each measurement (5)
  --json FILE     the rows as JSON too
  --postgres      the servers keep their data in a PostgreSQL server of the bench's own (apt-get install postgresql)
  --profile DIR   where each server writes a CPU profile of its main thread
Everything runs on loopback, in one run, on the built server (npm run build). Budgets that are ratios compare figures of
the same run. Budgets of time, and of work in a second, hold for a machine on which Node.js starts in ${REFERENCE_MS} ms: where
it takes longer before and after a section, they are longer by the same factor, at most 2, which stands behind them. A
figure marked RED misses its budget.
`);
  process.exit(0);
}

const names = values.only.split(',');
const unknown = names.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}\n`,
  );
  process.exit(2);
}
const rows: Row[] = [];
const starts: number[] = [];
const baseline = await startBaseline();
const cluster = values.postgres ? await PostgresCluster.start() : undefined;
try {
  for (const name of names) {
    const section = SECTIONS[name] as Section;
    const before = await bareStarts();
    const measured = await section({
      measureMs: Number(values.seconds) * 1000,
      baselinePort: baseline.port,
      profileDir: values.profile,
      newDatabase: cluster === undefined ? undefined : () => cluster.create(),
      progress: (text) => process.stderr.write(`bench: ${text}\n`),
    });
    const around = [...before, ...(await bareStarts())];
    starts.push(...around);
    rows.push(...measured.map((row) => atPace(row, paceOf(around))));
  }
} finally {
  baseline.stop();
  await cluster?.stop();
}
process.stdout.write(
  `bare start of Node.js: ${median(starts).toFixed(1)} ms, ${(median(starts) / REFERENCE_MS).toFixed(2)} times the reference\n${table(rows)}\n`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);

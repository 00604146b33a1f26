import { writeSync } from 'node:fs';
import { systemClock } from '../lib/clock.ts';
import { openTelemetry } from './index.ts';
import { invocationRecord, logLine } from './testing.ts';

/** A process for the crash test: logs and records without end, and prints the number flushed so far. */
const [dir = ''] = process.argv.slice(2);
const telemetry = await openTelemetry({
  dir,
  retainDays: 3,
  clock: systemClock,
  onError: (error) => {
    throw error;
  },
});
for (let n = 1; ; n += 1) {
  const requestId = `r${n}`;
  telemetry.logs.append([logLine({ time: Date.now(), requestId, message: `line ${n}` })]);
  telemetry.records.append(invocationRecord({ startedAt: Date.now(), requestId }));
  if (n % 10 !== 0) continue;
  await telemetry.flush();
  writeSync(1, `${n}\n`);
}

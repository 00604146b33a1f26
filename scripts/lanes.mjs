// Tests run in lanes beside each other, so that one lane computes while the other waits.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ROOT, say, seconds } from './steps.mjs';

/** The arguments of a lane of Vitest projects; each project belongs to one lane. */
const vitest = (...projects) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  ...projects.flatMap((project) => ['--project', project]),
];

/**
 * Each is a program for Node.js that prints its counts as its last line, like `scripts/count-reporter.ts`. A new kind of
 * tests is one more line, or one more project of the lane that it resembles.
 */
export const LANES = [
  // real servers and sandboxes, which wait for much of their time
  {
    name: 'servers',
    args: vitest('crash', 'crash-postgres', 'e2e', 'runtimes', 'compat', 'compat-postgres'),
  },
  // one browser
  { name: 'journeys', args: vitest('journeys') },
  // what computes
  { name: 'code', args: vitest('integration', 'postgres', 'unit', 'pure', 'console') },
  // changes the whole machine
  { name: 'alone', args: vitest('alone'), isLast: true },
];

const COUNTS = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;
/** What `count-reporter.ts` prints of a file with a failed test. */
const FAILED_FILE = /^\{"project":.*\}$/;
/** More failed files than this are no accident of a busy machine. */
const MOST_AGAIN = 12;

/**
 * Runs the lanes to their ends, the last ones alone, prints what they print, and resolves with the sum of their counts.
 * A few files that failed run a second time, one by one on the machine that is quiet then: the second result counts, and
 * the last lines name the files whose first run failed.
 */
export async function runLanes(node, lanes = LANES, again = (project, file) => [...vitest(project), file]) {
  const all = await Promise.all(lanes.filter(({ isLast }) => !isLast).map((lane) => runLane(node, lane)));
  for (const lane of lanes.filter(({ isLast }) => isLast)) all.push(await runLane(node, lane));
  const files = all.flatMap((result) => result.files);
  const notes = [];
  for (const first of files.length <= MOST_AGAIN ? files : []) {
    const second = await runLane(node, { name: `${first.file} again`, args: again(first.project, first.file) });
    all.push(second, { passed: -first.passed, failed: -first.failed, skipped: -first.skipped });
    const verdict = second.failed === 0 ? 'passed alone: look for a race in it' : 'failed again alone';
    notes.push(`== ${first.file} (${first.project}) failed beside the others and ${verdict}`);
  }
  for (const note of notes) say(note);
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** The line that a run of tests ends with. */
export function countsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A lane that prints no counts, or fails without a failed test, counts as one failure. */
async function runLane(node, { name, args }) {
  const started = performance.now();
  const child = spawn(node, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  // the terminal sends Ctrl-C to all of us; only what comes to this process alone is passed on
  const ignore = () => undefined;
  const passOn = (signal) => child.kill(signal);
  process.on('SIGINT', ignore);
  process.on('SIGTERM', passOn);
  let counts;
  const files = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (FAILED_FILE.test(line)) return files.push(JSON.parse(line));
    const found = COUNTS.exec(line);
    if (found === null) return process.stdout.write(`${line}\n`);
    const [passed, failed, skipped] = found.slice(1).map((count) => Number(count ?? 0));
    counts = { passed, failed, skipped };
  });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', resolve);
  });
  process.off('SIGINT', ignore);
  process.off('SIGTERM', passOn);
  const result = counts ?? { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && result.failed === 0) result.failed = 1;
  say(`== test ${name}: ${countsLine(result)} in ${seconds(started)}`);
  return { ...result, files };
}

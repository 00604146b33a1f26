// Set-up file: prints what the servers of a file have logged when one of its tests fails.
import { afterAll, afterEach } from 'vitest';
import { serverLogs } from './server-logs.ts';

const MOST_CHARS = 16 * 1024;

// the files of a project may share a process
afterAll(() => {
  serverLogs.length = 0;
});

afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const log of serverLogs.map((read) => read().slice(-MOST_CHARS)).filter((text) => text !== '')) {
    process.stderr.write(`\nlog of a server of the failed test «${task.name}»:\n${log}\n`);
  }
});

import { fstatSync, readFileSync } from 'node:fs';
import { TREE } from './commands/index.ts';
import { EXIT, run, type Sink } from './framework/index.ts';

function sink(stream: NodeJS.WriteStream): Sink {
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    write: (data) =>
      new Promise((resolve, reject) => stream.write(data, (error) => (error ? reject(error) : resolve()))),
  };
}

/** `fgs ... | head` closes the pipe early; that is no error. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failure);
}

/** True for `2>&1` and for a terminal that shows both. */
function outputsJoin(): boolean {
  try {
    const [out, err] = [fstatSync(1), fstatSync(2)];
    return out.dev === err.dev && out.ino === err.ino;
  } catch {
    // one of them is closed
    return false;
  }
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return String(version);
}

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  });
}
process.stdout.on('error', leaveQuietly);
process.stderr.on('error', leaveQuietly);

const context = {
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  outputsJoin: outputsJoin(),
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  uid: process.getuid?.(),
  signal: interruption.signal,
  now: Date.now,
};
process.exit(await run(TREE, process.argv.slice(2), context, readVersion()));

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CLI, type Credentials, ofPrograms, placeRuntimes, ROOT } from '../../../tests/server.ts';

const LINK = /http\S+#token=[\w.-]+/;
const CTRL_C = '\u0003';

/** What `fgs up` makes of an empty folder, run in a terminal of its own as a person does. */
export class FreshServer implements AsyncDisposable {
  readonly dataDir: string;
  readonly credentials: Credentials;
  /** Signs in, once. */
  readonly link: string;
  readonly #folder: string;
  readonly #terminal: ChildProcess;

  private constructor(folder: string, terminal: ChildProcess, link: string) {
    this.#folder = folder;
    this.#terminal = terminal;
    this.link = link;
    this.dataDir = join(folder, 'data');
    this.credentials = JSON.parse(readFileSync(join(this.dataDir, 'credentials.json'), 'utf8')) as Credentials;
  }

  static async start(): Promise<FreshServer> {
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-fresh-'));
    const dataDir = join(folder, 'data');
    await placeRuntimes(dataDir);
    const ports = ['--port', '0', '--gateway-port', '0', '--storage-port', '0'];
    const command = [process.execPath, CLI, 'up', '--data-dir', dataDir, ...ports].map((word) => `'${word}'`).join(' ');
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { cwd: ROOT, env: ofPrograms(), stdio: 'pipe' });
    try {
      return new FreshServer(folder, terminal, await linkOn(terminal));
    } catch (error) {
      await end(folder, terminal);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#folder, this.#terminal);
  }
}

/** Resolves with the link that stands on the terminal; rejects with all that does when the program ends. */
function linkOn(terminal: ChildProcess): Promise<string> {
  let shown = '';
  return new Promise((resolve, reject) => {
    terminal.stdout?.on('data', (chunk: Buffer) => {
      shown += stripVTControlCharacters(chunk.toString());
      // once the next line has begun, the link is complete
      const [link] = LINK.exec(shown.slice(0, shown.lastIndexOf('\n'))) ?? [];
      if (link !== undefined) resolve(link);
    });
    terminal.once('error', reject);
    terminal.once('exit', () => reject(new Error(`fgs up has ended:\n${shown}`)));
  });
}

async function end(folder: string, terminal: ChildProcess): Promise<void> {
  if (terminal.exitCode === null) {
    const exited = once(terminal, 'exit');
    terminal.stdin?.write(CTRL_C);
    await exited;
  }
  await rm(folder, { recursive: true, force: true });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ofPrograms, placeCli, ROOT, TestServer } from '../server.ts';

/** How a test runs a page. */
export interface Reading {
  /** The section; the whole page unless given. */
  readonly heading?: string | undefined;
  /** Commands that make what the page takes for granted. */
  readonly before?: string;
  /** Commands after those of the page, such as ones that show what these have made. */
  readonly after?: string;
  /** Words before the shell, such as those that give it a network of its own. */
  readonly under?: readonly string[];
  /** Texts of the commands and what stands there in a test, such as an address of the reader. Each must occur. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly longestMs?: number;
}

/** A command that waits for good fails its page. */
const LONGEST_MS = 420_000;

const PAGES = join(ROOT, 'docs/guides');

/** All commands of a page, or of a section, in their order, as one script that ends at the first that fails. */
async function commandsOf(
  guide: string,
  { heading, before = '', after = '', instead = {} }: Reading,
  fgs: string,
): Promise<string> {
  const page = await readFile(guide === 'README.md' ? join(ROOT, guide) : join(PAGES, guide), 'utf8');
  const text = heading === undefined ? page : page.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`));
  if (text === undefined) throw new Error(`${guide} has no heading ${heading}`);
  let commands = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('\n');
  for (const [from, to] of Object.entries(instead)) {
    if (!commands.includes(from)) throw new Error(`no command of ${guide} has ${from}`);
    commands = commands.replaceAll(from, () => to);
  }
  // a page that starts a server for good gets one that ends when it is ready
  const script = ['set -ex', before, commands, after].join('\n');
  return script
    .replaceAll(/^(.*)(npx fgs (?:start|up)|npm run up)(?= |$)/gm, `$1'${START}' $2`)
    .replaceAll('npx fgs', fgs);
}

/** Starts a server by a command of a page, and ends it when it is ready. */
const START = join(ROOT, 'tests/e2e/start-until-ready.sh');

/** Runs a program to its end, or ends it with all that it has started. */
async function runInGroup(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv, longestMs = LONGEST_MS) {
  const [program = '', ...args] = words;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGTERM'), longestMs);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** Runs pages of the guide against one server. */
export class Guides implements AsyncDisposable {
  readonly server: TestServer;
  readonly #folder: string;

  private constructor(server: TestServer, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  static async open(): Promise<Guides> {
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-guide-'));
    await placeCli(folder);
    return new Guides(await TestServer.start(), folder);
  }

  /** Runs a page, or a section of it, in a folder of its own; a command that fails fails it. */
  async run(guide: string, heading?: string): Promise<string> {
    return this.read(guide, { heading });
  }

  /** The same, with what the reader of the page brings along. */
  async read(guide: string, reading: Reading): Promise<string> {
    const cwd = await mkdtemp(join(this.#folder, 'work-'));
    const { PATH } = process.env;
    const env = { ...ofPrograms(), PATH: `${this.#folder}:${PATH}`, FGS_DATA_DIR: this.server.dataDir, HOME: cwd };
    const script = await commandsOf(guide, reading, join(this.#folder, 'fgs'));
    const words = [...(reading.under ?? []), '/bin/bash', '-c', script];
    const { code, stdout, stderr } = await runInGroup(words, cwd, env, reading.longestMs);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

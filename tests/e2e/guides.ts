import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ofPrograms, placeCli, ROOT, TestServer } from '../server.ts';

/** All commands of a page, or of a section, in their order, as one script that ends at the first that fails. */
async function commandsOf(guide: string, heading: string | undefined, fgs: string): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/guides', guide), 'utf8');
  const text = heading === undefined ? page : page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (text === undefined) throw new Error(`${guide} has no heading ${heading}`);
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands);
  return ['set -ex', ...blocks].join('\n').replaceAll('npx fgs', fgs);
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
    const cwd = await mkdtemp(join(this.#folder, 'work-'));
    const env = { ...ofPrograms(), FGS_DATA_DIR: this.server.dataDir };
    const script = await commandsOf(guide, heading, join(this.#folder, 'fgs'));
    const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile('/bin/bash', ['-c', script], { cwd, env }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, stdout: out, stderr: err }),
      );
    });
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { portableProgram } from './portable-program.ts';

describe('a portable program', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'funcgraph-portable-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('runs from its loader and libraries alone, wherever they were moved', async () => {
    const { program, libraries } = await portableProgram(process.execPath, dir);
    if (libraries === undefined) throw new Error('this Node.js is static');
    const moved = join(dir, 'moved');
    cpSync(libraries.folder, moved, { recursive: true });
    const args = ['--library-path', moved, program, '-e'];
    const print =
      'console.log(require("fs").readFileSync("/proc/self/maps","utf8").match(/\\/\\S+\\.so\\S*/g).join(" "))';
    const out = execFileSync(join(moved, libraries.loader), [...args, print], { encoding: 'utf8' });
    expect(out.split(/\s+/).filter((path) => path !== '' && !path.startsWith(moved))).toEqual([]);
  });

  it('copies the libraries once', async () => {
    const first = await portableProgram(process.execPath, dir);
    expect(await portableProgram(process.execPath, dir)).toEqual(first);
    expect(readdirSync(join(dir, '.libraries'))).toHaveLength(1);
  });

  it('is nothing but a program for this machine', async () => {
    await expect(portableProgram('/bin/sh', dir)).resolves.toBeDefined();
    await expect(portableProgram(new URL(import.meta.url).pathname, dir)).rejects.toMatchObject({
      code: 'runtime.not_runnable',
    });
  });
});

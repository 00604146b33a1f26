import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOwnFolder } from './own-folder.ts';

let folder: string;
const path = () => join(folder, 'own');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-own-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes a folder that is closed to others, and takes it again', () => {
  openOwnFolder(path());
  openOwnFolder(path());
  expect(statSync(path()).mode & 0o777).toBe(0o700);
});

it('closes one of its own that others could write to', () => {
  mkdirSync(path());
  chmodSync(path(), 0o777);
  openOwnFolder(path());
  expect(statSync(path()).mode & 0o777).toBe(0o700);
});

it('refuses a link, wherever that leads', () => {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, path());
  expect(() => openOwnFolder(path())).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

it.runIf(process.getuid?.() === 0)('refuses one of another user', () => {
  mkdirSync(path());
  chownSync(path(), 54_321, 54_321);
  expect(() => openOwnFolder(path())).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

it('refuses a file', () => {
  writeFileSync(path(), '');
  expect(() => openOwnFolder(path())).toThrow();
});

// Brings jest for the test of @funcgraph/testing: it is installed once, not in each run.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runQuietly, say, seconds } from './steps.mjs';

const VERSION = '30.5.2';
const CACHE = join(ROOT, 'node_modules/.cache');
const FOLDER = join(CACHE, `jest-${VERSION}`);

/** Its program, once it was brought. */
export const JEST = join(FOLDER, 'node_modules/jest/bin/jest.js');

/** Does nothing when it is there. Resolves with why it could not be brought; never throws. */
export async function bringJest() {
  if (existsSync(JEST)) return undefined;
  const started = performance.now();
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'jest-'));
  try {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
    const installed = await runQuietly('npm', ['install', '--prefix', folder, ...flags, `jest@${VERSION}`]);
    if (!installed.ok) throw new Error(`npm cannot install jest: ${installed.output.trim().slice(-500)}`);
    renameSync(folder, FOLDER);
    say(`jest: brought in ${seconds(started)}`);
  } catch (error) {
    // another run may have been faster
    if (!existsSync(JEST)) return error.message;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return undefined;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openStorage } from '../../../storage/index.ts';
import { runStoreConformance } from './conformance.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-runs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
runStoreConformance('in a file', () => {
  files += 1;
  return openStorage({ file: join(dir, `runs-${files}.sqlite`) });
});

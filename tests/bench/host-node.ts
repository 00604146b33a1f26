import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The machine's Node.js, which our functions run on: the platform's own is another version. */
export function hostNode(): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    if (existsSync(path) && !realpathSync(path).includes('node_modules')) return realpathSync(path);
  }
  throw new Error('this machine has no Node.js of its own on its PATH');
}

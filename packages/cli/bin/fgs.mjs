#!/usr/bin/env node
// A file of its own, because npm links a program when it installs, before anything is built.
import { existsSync } from 'node:fs';

const main = new URL('../bundle/main.js', import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('fgs is not built yet. In the folder of the project: npm run build\n');
  process.exit(1);
}
await import(main.href);

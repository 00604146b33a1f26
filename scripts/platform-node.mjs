// The Node.js that the platform and its tests run on. Plain for Node.js 20, which may start every script.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ROOT, runVisibly } from './steps.mjs';

const OLDEST = 24;
/** The packages hold programs for the usual C library, which cannot start without its loader. */
const LOADERS = { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' };

/** The program in node_modules, otherwise the running one if it is new enough. Exits if neither can be used. */
export function platformNode() {
  const loader = LOADERS[process.arch];
  const program = join(ROOT, 'node_modules', `node-linux-${process.arch}`, 'bin/node');
  if (loader !== undefined && existsSync(loader) && existsSync(program)) return program;
  if (Number.parseInt(process.versions.node, 10) >= OLDEST) return process.execPath;
  return fail(
    `the platform runs on Node.js ${OLDEST}; node_modules has none for ${process.platform} ${process.arch}, and this is ${process.versions.node}`,
    `npm ci --include=optional installs it on x64 and arm64 with glibc; elsewhere put Node.js ${OLDEST} on PATH`,
  );
}

/**
 * Continues as a program on that Node.js, with its exit code. Before Node.js 22.15, a child process that gets forwarded
 * signals.
 */
export async function continueOnNode(args) {
  const node = platformNode();
  process.chdir(ROOT);
  if (process.execve) process.execve(node, [node, ...args], process.env);
  process.exit(await runVisibly(node, args));
}

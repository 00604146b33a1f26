// Runs on the Node.js that `fgs` beside it has chosen. Plain JavaScript: an old Node.js must parse it to refuse.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import nodeModule from 'node:module';
import { isAbsolute, join } from 'node:path';

const OLDEST = 24;

function refuse(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  process.exit(1);
}

/** To compile takes a third of the time of a short command. What another user wrote is not run. */
function keepCompiled() {
  const { HOME = '', XDG_CACHE_HOME } = process.env;
  const caches = XDG_CACHE_HOME || join(HOME, '.cache');
  if (!isAbsolute(caches)) return;
  try {
    makeFolder(caches);
    if (statSync(caches).uid !== process.getuid()) return;
    makeFolder(join(caches, 'funcgraph'));
    nodeModule.enableCompileCache(join(caches, 'funcgraph', 'compiled'));
  } catch {
    // a home that cannot be written
  }
}

/** Without its parents: Node.js tries for ever to make those of a folder below /proc. */
function makeFolder(path) {
  if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
}

const main = new URL('../bundle/main.js', import.meta.url);
if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  refuse(
    `fgs needs Node.js ${OLDEST}; this is ${process.versions.node}`,
    `Install the optional dependencies (npm ci --include=optional), which bring it, or put Node.js ${OLDEST} on PATH.`,
  );
}
if (!existsSync(main)) refuse('fgs is not built yet', 'In the folder of the project: npm run build');
keepCompiled();
await import(main.href);

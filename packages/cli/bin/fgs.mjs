// Runs on the Node.js that `fgs` beside it has chosen. Plain JavaScript: an old Node.js must parse it to refuse.
import { existsSync } from 'node:fs';

const OLDEST = 24;

function refuse(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  process.exit(1);
}

const main = new URL('../bundle/main.js', import.meta.url);
if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  refuse(
    `fgs needs Node.js ${OLDEST}; this is ${process.versions.node}`,
    `Install the optional dependencies (npm ci --include=optional), which bring it, or put Node.js ${OLDEST} on PATH.`,
  );
}
if (!existsSync(main)) refuse('fgs is not built yet', 'In the folder of the project: npm run build');
await import(main.href);

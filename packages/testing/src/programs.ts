import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;

export interface Programs {
  /** The Node.js that the server runs on. */
  readonly node: string;
  readonly server: string;
  readonly fgs: string;
}

/** The programs of the package `funcgraph`: around this folder in its sources, otherwise where npm installed it. */
export function findPrograms(): Programs {
  const here = fileURLToPath(import.meta.url);
  const around = join(dirname(here), '../../..');
  const root = existsSync(join(around, 'packages/server')) ? around : installed(here);
  const server = join(root, 'packages/server/bundle/main.js');
  if (!existsSync(server)) throw new Error(`Funcgraph is not built in ${root}: npm run build`);
  return { node: nodeFor(root), server, fgs: join(root, 'packages/cli/bin/fgs') };
}

function installed(here: string): string {
  try {
    return dirname(createRequire(here).resolve('funcgraph/package.json'));
  } catch (cause) {
    throw new Error('@funcgraph/testing starts the server of the package funcgraph: npm install --save-dev funcgraph', {
      cause,
    });
  }
}

function nodeFor(root: string): string {
  try {
    const found = createRequire(join(root, 'package.json')).resolve(`node-linux-${process.arch}/package.json`);
    return join(dirname(found), 'bin/node');
  } catch {
    if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
    throw new Error(
      `the server runs on Node.js ${OLDEST_NODE}, which the optional dependencies of funcgraph bring along`,
    );
  }
}

import { realpath } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { askVersion, fileStamp, type VersionQuestion } from '../../programs/interpreter-file.ts';
import { entryOf, MODULE_HANDLERS, moduleFile } from '../handlers.ts';
import type { HostInterpreter, HostPlaces, KnownVersion, Language } from '../language.ts';
import { ENV, INTERPRETER_ROOT, interpreterBind, RUNTIME_ROOT, shimBinds, WORKING_DIR } from '../launch.ts';
import { findHostNodes } from './host-nodes.ts';
import { nodePackage } from './npm-package.ts';

/** The memory limit of the instance is the cgroup's; a heap limit chosen at start would be too early in a prewarmed one. */
const FLAGS = ['--max-old-space-size=3800'];
/**
 * With a flag of V8, Node.js 20 does not use its compiled modules, and compiles `net` and `stream` at each start. Every version
 * has a heap of more than 1 GB by itself where the machine has twice as much.
 */
const FLAGS_ABOVE = Math.min(2 ** 30, totalmem() / 2);

const QUESTION: VersionQuestion = {
  arguments: ['-p', 'process.versions.node'],
  versionIn: ({ stdout }) => stdout.trim(),
};

export const nodejs: Language = {
  id: 'nodejs',
  versions: ['6.10', '8.10', '10.16', '12.13', '14.18', '16.17', '18.15', '20.15', '22', '24'],
  names: /^Node\.js(\d+(?:\.\d+)?)$/,
  nameOf: (version) => `Node.js${version}`,
  handlers: MODULE_HANDLERS,
  inline: {
    fileName: moduleFile('.js'),
    example: (handler) => `exports.${entryOf(handler)} = async (event, context) => {
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    isBase64Encoded: false,
    body: JSON.stringify(event),
  };
};
`,
  },
  suggested: 'Node.js20.15',
  lanes: () => true,
  shims: ['nodejs'],
  debuggerPort: 9229,
  run: {
    kind: 'interpreter',
    pathOf: (version) => `${INTERPRETER_ROOT}/nodejs${version}/rtsp/nodejs/bin/node`,
    question: QUESTION,
    unlistedVersion: (actual) => /^\d{1,2}\.\d{1,2}(?!\d)/.exec(actual)?.[0],
    runsOlder: false,
    npmPackage: nodePackage,
    findOnHost,
    async plan({ placed }, { shims }) {
      return {
        command: [placed.runtime.interpreter ?? '', ...FLAGS, `${RUNTIME_ROOT}/nodejs/shim.js`],
        forMemory: { above: FLAGS_ABOVE, arguments: FLAGS },
        binds: [...shimBinds(shims, ['nodejs']), interpreterBind(placed)],
        workingDir: WORKING_DIR,
        env: ENV,
      };
    },
  },
};

async function findOnHost({ searchPath, platformNode }: HostPlaces, known: KnownVersion): Promise<HostInterpreter[]> {
  const found = await findHostNodes(searchPath, known);
  const programs = found.length > 0 ? found : [{ path: await realpath(platformNode), version: undefined }];
  const probes = await Promise.allSettled(
    programs.map(async ({ path, version: reported }) => {
      const stamp = await fileStamp(path);
      const version = known(path, stamp) ?? reported ?? (await askVersion(path, QUESTION));
      return { path, stamp, version, kind: 'file' as const };
    }),
  );
  return probes.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

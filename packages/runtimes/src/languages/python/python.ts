import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { askVersion, fileStamp, type VersionQuestion, worldReachable } from '../../programs/interpreter-file.ts';
import { entryOf, MODULE_HANDLERS, moduleFile } from '../handlers.ts';
import type { HostInterpreter, HostPlaces, KnownVersion, Language } from '../language.ts';
import { envOf, INTERPRETER_ROOT, interpreterBind, RUNTIME_ROOT, shimBinds, WORKING_DIR } from '../launch.ts';
import { compileShim } from './compile-shim.ts';

/** Only programs of the system: their libraries are visible in every sandbox, which shows `/usr`. */
const SYSTEM_FOLDERS = ['/usr/bin', '/usr/local/bin'];
const PROGRAM = /^python(2\.7|3|3\.\d{1,2})$/;

const QUESTION: VersionQuestion = {
  // Also imports what the shim needs: an interpreter without it would only fail later, inside an instance.
  arguments: [
    '-E',
    '-s',
    '-c',
    'import sys, json, socket, struct, threading; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])',
  ],
  versionIn: ({ stdout }) => stdout.trim(),
};

/** `-I` exists only in Python 3; without `site` an interpreter starts 2 ms earlier and the shim adds its packages itself. */
const flags = (version: string): readonly string[] =>
  version.startsWith('2.') ? ['-E', '-s', '-S', '-B'] : ['-I', '-S', '-B'];

export const python: Language = {
  id: 'python',
  versions: ['2.7', '3.6', '3.9', '3.10', '3.12', '3.13'],
  names: /^Python(\d+\.\d+)$/,
  nameOf: (version) => `Python${version}`,
  handlers: MODULE_HANDLERS,
  inline: {
    fileName: moduleFile('.py'),
    example: (handler) => `# -*- coding:utf-8 -*-
import json


def ${entryOf(handler)}(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps(event),
    }
`,
  },
  suggested: 'Python3.10',
  lanes: () => true,
  shims: ['python'],
  debuggerPort: 5678,
  run: {
    kind: 'interpreter',
    pathOf: (version) =>
      `${INTERPRETER_ROOT}/python${version}/rtsp/python/bin/${version.startsWith('2.') ? 'python' : 'python3'}`,
    question: QUESTION,
    unlistedVersion: (actual) => /^[23]\.\d{1,2}(?!\d)/.exec(actual)?.[0],
    runsOlder: false,
    findOnHost,
    async plan({ placed, program, version }, { shims }) {
      await compileShim(program, `${placed.runtime.id}-${version}`, shims);
      const shim = `${RUNTIME_ROOT}/python/shim.py`;
      return {
        command: [placed.runtime.interpreter ?? '', ...flags(placed.runtime.version), shim],
        binds: [...shimBinds(shims, ['python']), interpreterBind(placed)],
        workingDir: WORKING_DIR,
        env: envOf([placed]),
      };
    },
  },
};

async function findOnHost(_: HostPlaces, known: KnownVersion): Promise<HostInterpreter[]> {
  const programs = await hostPrograms();
  const probes = await Promise.allSettled(
    programs.map(async (path) => {
      if (!(await worldReachable(path))) return [];
      const stamp = await fileStamp(path);
      const version = known(path, stamp) ?? (await askVersion(path, QUESTION));
      return [{ path, stamp, version, kind: 'file' as const }];
    }),
  );
  // A broken interpreter of the system is ignored.
  return probes.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}

async function hostPrograms(): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of SYSTEM_FOLDERS) {
    // A machine without this folder has no Python in it.
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => PROGRAM.test(each)))
      found.add(await realpath(join(folder, name)).catch(() => ''));
  }
  return [...found].filter((path) => path.startsWith('/usr/'));
}

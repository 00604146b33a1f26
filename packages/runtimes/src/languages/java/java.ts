import { join } from 'node:path';
import { fileExists } from '../../programs/interpreter-file.ts';
import type {
  HostInterpreter,
  HostPlaces,
  KnownVersion,
  Language,
  LaunchPlan,
  PlanParts,
  ServedRuntime,
} from '../language.ts';
import {
  ENV,
  INTERPRETER_ROOT,
  interpreterBind,
  PLATFORM_NODE,
  RUNTIME_ROOT,
  shimBinds,
  WORKING_DIR,
} from '../launch.ts';
import { classArchive } from './class-archive.ts';
import { findHostJvms, QUESTION } from './host-jvms.ts';
import { JAVA_CLASS_PATH, JAVA_MAIN, jvmFlags, speaksUnix } from './jvm.ts';

export const java: Language = {
  id: 'java',
  versions: ['8', '11', '17', '21'],
  names: /^Java(\d+)$/,
  nameOf: (version) => `Java${version}`,
  handlers: {
    form: '[package].[class].[method]',
    pattern: /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){2,}$/,
    usual: undefined,
  },
  inline: undefined,
  suggested: 'Java17',
  // What a relay has is not yet in the socket to the server.
  lanes: speaksUnix,
  // The jar is built, and only where there is a JDK.
  shims: ['java/relay.js', 'java/build/shim.jar'],
  run: {
    kind: 'interpreter',
    pathOf: (version) => `${INTERPRETER_ROOT}/java${version}/rtsp/jre/bin/java`,
    question: QUESTION,
    unlistedVersion: (actual) => /^[1-9]\d?(?!\d)/.exec(actual)?.[0],
    runsOlder: true,
    findOnHost,
    async missing(shims) {
      if (await fileExists(join(shims, 'java/build/shim.jar'))) return undefined;
      return 'apt-get install default-jdk-headless, then npm run build';
    },
    plan,
  },
};

/** Of several with one major version the newest is taken. */
async function findOnHost(_: HostPlaces, known: KnownVersion): Promise<HostInterpreter[]> {
  const jvms = await findHostJvms(known);
  return jvms.reverse().map(({ home, version, stamp }) => ({ path: home, version, stamp, kind: 'tree' }));
}

async function plan({ placed, program, version }: ServedRuntime, parts: PlanParts): Promise<LaunchPlan> {
  const folder = `${RUNTIME_ROOT}/java`;
  const archive = await classArchive(program, version, parts.shims);
  const command = [
    placed.runtime.interpreter ?? '',
    ...jvmFlags(version),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${folder}/${archive}`]),
    '-cp',
    JAVA_CLASS_PATH,
    JAVA_MAIN,
  ];
  const bind = interpreterBind(placed);
  const made = {
    command,
    binds: [...shimBinds(parts.shims, ['java']), bind],
    workingDir: WORKING_DIR,
    env: { ...ENV, JAVA_HOME: bind.target },
  };
  if (speaksUnix(version)) return made;
  return {
    ...made,
    command: [PLATFORM_NODE, `${folder}/relay.js`, ...command],
    binds: [...made.binds, { source: await parts.platformNode(), target: PLATFORM_NODE }],
  };
}

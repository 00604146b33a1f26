import { basename } from 'node:path';
import { cpuMillisFor, MEMORY_SIZES_MB, parseUrn } from '@funcgraph/api';
import type { LaunchPlan } from '@funcgraph/runtimes';
import type { VersionSnapshot } from '../control/index.ts';
import type { LaunchSpec, RuntimeLaunch } from '../instances/index.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Routed } from './resolve.ts';
import { CODE_ROOT, runtimeEnv } from './runtime-env.ts';

/** Defaults for variables that an image does not set. Files of an image are read-only, so HOME is elsewhere. */
const IMAGE_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/tmp' };

/** The memory a request gets: its own choice where the function allows one (guide 3.3.11), else the configured size. */
export function memoryFor(snapshot: VersionSnapshot, choice: string | undefined): number {
  if (choice === undefined || !snapshot.dynamicMemory) return snapshot.memoryMb;
  const requested = Number(choice);
  if ((MEMORY_SIZES_MB as readonly number[]).includes(requested)) return requested;
  throw new PlatformError(
    'invalid_memory_choice',
    `X-Cff-Instance-Memory must be one of ${MEMORY_SIZES_MB.join(', ')}, not ${choice.slice(0, 20)}`,
  );
}

/** Key of a function without its version; instances are counted and logs stored under it. */
export function functionKeyOf(snapshot: Pick<VersionSnapshot, 'projectId' | 'package' | 'name'>): string {
  return `${snapshot.projectId}:${snapshot.package}:${snapshot.name}`;
}

/** The project of a function key. */
export function projectOf(functionKey: string): string {
  return functionKey.slice(0, Math.max(0, functionKey.indexOf(':')));
}

/** The name of the runtime whose supervisor runs a version: images have their own, for every kind of function. */
export function supervisorOf({ runtime, image }: Pick<VersionSnapshot, 'runtime' | 'image'>): string {
  return image === undefined ? runtime : 'Custom Image';
}

/**
 * How a runtime starts before it belongs to a function. In an image it starts from the image's files, as its user.
 * Functions with the same launch share prewarmed runtimes.
 */
export function runtimeLaunch(plan: LaunchPlan, image: VersionSnapshot['image']): RuntimeLaunch {
  const { command, forMemory, binds, workingDir, env: bootEnv } = plan;
  const rootfs = image === undefined ? {} : { rootfs: { path: image.rootfs, uid: image.uid, gid: image.gid } };
  const launch = {
    signature: JSON.stringify({ plan, ...rootfs }),
    commonSignature: JSON.stringify({
      plan: { ...plan, binds: binds.map(({ source, target }) => [basename(source), target]) },
      image: image?.id,
    }),
    ...{ command, binds, workingDir, bootEnv, ...rootfs },
  };
  return forMemory === undefined ? launch : { ...launch, forMemory };
}

/** Whether an instance with this key runs an earlier code or configuration of the snapshot's version. */
export function isStaleKey(
  key: string,
  snapshot: Pick<VersionSnapshot, 'functionId' | 'version' | 'revision'>,
): boolean {
  return isKeyOf(key, snapshot) && !key.startsWith(`${snapshot.functionId}:${snapshot.version}:${snapshot.revision}:`);
}

/** Whether an instance with this key runs the version, in any revision and configuration. */
export function isKeyOf(key: string, snapshot: Pick<VersionSnapshot, 'functionId' | 'version'>): boolean {
  return key.startsWith(`${snapshot.functionId}:${snapshot.version}:`);
}

/** The id of the function that an instance with this key runs. */
export function functionIdOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}

/**
 * Everything an instance of this version needs. Two specs with the same key may share instances. The alias is part of
 * the key, because the context that contains it belongs to the instance in every language.
 */
export function launchSpec(
  { snapshot, alias }: Pick<Routed, 'snapshot' | 'alias'>,
  memoryMb: number,
  plan: LaunchPlan,
): LaunchSpec {
  const { projectId, name, version, handler, initializer, timeoutSeconds, image } = snapshot;
  const env = runtimeEnv({
    projectId,
    package: snapshot.package,
    name,
    version,
    handler,
    initializer,
    initializerTimeoutSeconds: snapshot.initializerTimeoutSeconds,
    timeoutSeconds,
    memoryMb,
    userData: snapshot.env,
  });
  return {
    key: `${snapshot.functionId}:${version}:${snapshot.revision}:${memoryMb}${alias === '' ? '' : `:!${alias}`}`,
    functionKey: functionKeyOf(snapshot),
    projectId,
    version,
    maxInstances: snapshot.maxInstances,
    concurrency: snapshot.concurrency,
    memoryMb,
    tmpBytes: snapshot.tmpMb * 2 ** 20,
    runtime: runtimeLaunch(plan, image),
    codeBinds: image === undefined ? [{ source: snapshot.artifact.treePath, target: CODE_ROOT }] : [],
    surroundings: snapshot.surroundings,
    handler,
    initializer,
    initializerTimeoutMs: snapshot.initializerTimeoutSeconds * 1000,
    ...hookFields(snapshot.hooks),
    codeRoot: CODE_ROOT,
    env: image === undefined ? { ...plan.env, ...env } : { ...IMAGE_ENV, ...image.env, ...env },
    ...(image === undefined ? {} : { image: { argv: image.argv, workingDir: image.workingDir, kind: image.kind } }),
    context: {
      projectId,
      region: parseUrn(snapshot.urn)?.region ?? '',
      package: snapshot.package,
      functionName: name,
      version,
      alias,
      memoryMb,
      cpuMillis: cpuMillisFor(memoryMb),
      timeoutSeconds,
      userData: snapshot.env,
    },
  };
}

function hookFields(hooks: VersionSnapshot['hooks']): Pick<LaunchSpec, 'heartbeat' | 'preStop'> {
  const { heartbeat, preStop } = hooks ?? {};
  return {
    ...(heartbeat === undefined ? {} : { heartbeat }),
    ...(preStop === undefined
      ? {}
      : { preStop: { handler: preStop.handler, timeoutMs: preStop.timeoutSeconds * 1000 } }),
  };
}

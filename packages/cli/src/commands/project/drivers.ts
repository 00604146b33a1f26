import type { KeptFiles } from '../../code/index.ts';
import type { Connection } from '../../connection/index.ts';
import { aliasDriver } from '../../project/aliases/alias-driver.ts';
import { asyncDriver } from '../../project/functions/async-settings.ts';
import { FunctionDriver, type FunctionInputs } from '../../project/functions/function-driver.ts';
import { reservedDriver } from '../../project/functions/reserved-instances.ts';
import type { SecretValues } from '../../project/functions/secret-values.ts';
import type { Drivers } from '../../project/server/apply.ts';
import { alarmDriver } from '../../project/services/alarms.ts';
import { bucketDriver } from '../../project/services/buckets.ts';
import { dependencyDriver } from '../../project/services/dependencies.ts';
import { flowDriver } from '../../project/services/flows.ts';
import { subscriptionDriver, topicDriver } from '../../project/services/topics.ts';
import { triggerDriver } from '../../project/triggers/trigger-driver.ts';
import { versionIds } from '../dependencies/find.ts';
import { surroundingsFields } from '../functions/surroundings-flags.ts';

/** What is read from files and the environment, by name of the resource. */
export interface Inputs {
  readonly functions: ReadonlyMap<string, FunctionInputs>;
  readonly triggerSecrets: ReadonlyMap<string, SecretValues>;
  /** Of dependencies. */
  readonly folders: ReadonlyMap<string, string>;
  /** What was packed before. */
  readonly kept?: KeptFiles | undefined;
}

export const NO_INPUTS: Inputs = { functions: new Map(), triggerSecrets: new Map(), folders: new Map() };

interface Reach {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** One for each kind of resource. */
export function driversFor({ connection, signal, functions, triggerSecrets, folders, kept }: Reach & Inputs): Drivers {
  const reach = { connection, signal };
  const { client, credentials } = connection;
  const dependencyIds = (texts: readonly string[], runtime: string) =>
    versionIds(texts, { client, projectId: credentials.projectId, signal, runtime });
  const surroundings = (network: string | undefined, mounts: Readonly<Record<string, string>> | undefined) => {
    const mount = Object.entries(mounts ?? {}).map(([name, path]) => `${name}=${path}`);
    const hasNone = mounts !== undefined && mount.length === 0;
    return surroundingsFields({ network, mount, 'no-mounts': hasNone }, connection, { signal });
  };
  return {
    dependency: dependencyDriver(reach, (name) => folders.get(name) ?? '', kept),
    bucket: bucketDriver(reach),
    topic: topicDriver(reach),
    function: new FunctionDriver({ ...reach, inputs: functions, kept, surroundings, dependencyIds }),
    alias: aliasDriver(connection, signal),
    async: asyncDriver(reach),
    reserved: reservedDriver(reach),
    trigger: triggerDriver({ ...reach, secretsOf: (name) => triggerSecrets.get(name) ?? {} }),
    flow: flowDriver(reach),
    subscription: subscriptionDriver(reach),
    alarm: alarmDriver(reach),
  };
}

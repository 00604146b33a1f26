import type { Connection } from '../../connection/index.ts';
import { aliasDriver } from '../../project/aliases/alias-driver.ts';
import { FunctionDriver, type FunctionInputs } from '../../project/functions/function-driver.ts';
import type { SecretValues } from '../../project/functions/secret-values.ts';
import type { Drivers } from '../../project/server/apply.ts';
import { triggerDriver } from '../../project/triggers/trigger-driver.ts';

export interface Inputs {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly functions: ReadonlyMap<string, FunctionInputs>;
  readonly triggerSecrets: ReadonlyMap<string, SecretValues>;
}

/** One for each kind of resource. */
export function driversFor({ connection, signal, functions, triggerSecrets }: Inputs): Drivers {
  return {
    function: new FunctionDriver(connection, functions, signal),
    alias: aliasDriver(connection, signal),
    trigger: triggerDriver({ connection, signal, secretsOf: (name) => triggerSecrets.get(name) ?? {} }),
  };
}

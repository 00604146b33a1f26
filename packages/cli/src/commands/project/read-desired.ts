import type { Context } from '../../framework/index.ts';
import { wordsOf } from '../../project/file/words.ts';
import type { FunctionInputs } from '../../project/functions/function-driver.ts';
import { aliasesOf, triggersOf } from '../../project/functions/function-parts.ts';
import { functionSpecs } from '../../project/functions/function-spec.ts';
import { prepare } from '../../project/functions/prepare.ts';
import { readSecrets, type SecretValues, secretsDigest } from '../../project/functions/secret-values.ts';
import type { Desired } from '../../project/plan/resource.ts';
import type { Drivers } from '../../project/server/apply.ts';
import { driversFor } from './drivers.ts';
import type { OpenProject } from './open-project.ts';

interface Choice {
  readonly builds: boolean;
  isChosen(name: string): boolean;
}

/** Everything that the file describes in its stage, with built code and read secrets, and what makes it. */
export async function readDesired(
  { project, root, stage, connection, record }: OpenProject,
  { builds, isChosen }: Choice,
  context: Context,
): Promise<{ readonly desired: readonly Desired[]; readonly drivers: Drivers }> {
  const functions = new Map<string, FunctionInputs>();
  const triggerSecrets = new Map<string, SecretValues>();
  const words = wordsOf(project.file, stage);
  const desired: Desired[] = [];
  for (const spec of functionSpecs(project, stage).filter(({ name }) => isChosen(name))) {
    const surroundings = { root, builds, notesOf: record.notesOf.bind(record) };
    const prepared = await prepare(spec, surroundings, context);
    functions.set(spec.name, prepared.inputs);
    desired.push(prepared.desired, ...aliasesOf(spec, prepared.desired, project));
    for (const { desired: trigger, secrets } of triggersOf(spec, words, project, connection.credentials)) {
      const values = await readSecrets(secrets, root, context);
      triggerSecrets.set(trigger.name, values);
      const digest = secretsDigest(values, record.notesOf(trigger).secrets);
      const hasSecrets = Object.keys(values).length > 0;
      desired.push(hasSecrets ? { ...trigger, notes: { ...trigger.notes, secrets: digest } } : trigger);
    }
  }
  return { desired, drivers: driversFor({ connection, signal: context.signal, functions, triggerSecrets }) };
}

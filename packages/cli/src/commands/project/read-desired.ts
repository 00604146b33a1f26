import { resolve } from 'node:path';
import type { JsonObject } from '@funcgraph/flow';
import { folderDigest, type KeptBuilds } from '../../code/index.ts';
import type { Context } from '../../framework/index.ts';
import type { Words } from '../../project/file/fill-in.ts';
import { wordsOf } from '../../project/file/words.ts';
import { asyncOf } from '../../project/functions/async-settings.ts';
import { type Builds, buildDue } from '../../project/functions/builds.ts';
import type { FunctionInputs } from '../../project/functions/function-driver.ts';
import { aliasesOf, triggersOf } from '../../project/functions/function-parts.ts';
import { type FunctionSpec, functionSpecs } from '../../project/functions/function-spec.ts';
import { prepare } from '../../project/functions/prepare.ts';
import { reservedOf } from '../../project/functions/reserved-instances.ts';
import { readSecrets, type SecretValues, secretsDigest } from '../../project/functions/secret-values.ts';
import type { Desired } from '../../project/plan/resource.ts';
import type { Drivers } from '../../project/server/apply.ts';
import { alarmsOf } from '../../project/services/alarms.ts';
import { bucketsOf } from '../../project/services/buckets.ts';
import { dependencyOf } from '../../project/services/dependencies.ts';
import { flowOf } from '../../project/services/flows.ts';
import { topicsOf } from '../../project/services/topics.ts';
import { readFlowFile } from '../flows/read-flow-file.ts';
import { refuseViolations } from '../flows/violations.ts';
import { driversFor } from './drivers.ts';
import type { OpenProject } from './open-project.ts';

interface Choice {
  readonly builds: Builds;
  readonly kept?: KeptBuilds | undefined;
  /** Not only some functions. */
  readonly isWhole: boolean;
  isChosen(name: string): boolean;
}

/** Of a build: functions have names without a dot. */
export const packageOwner = (key: string): string => `dependencies.${key}`;

/** Reads what a file describes in its stage, one resource after another. */
class DesiredReader {
  readonly #opened: OpenProject;
  readonly #words: Words;
  readonly #builds: Builds;
  readonly #kept: KeptBuilds | undefined;
  readonly #context: Context;
  readonly #digests = new Map<string, string>();
  readonly functions = new Map<string, FunctionInputs>();
  readonly triggerSecrets = new Map<string, SecretValues>();
  readonly folders = new Map<string, string>();

  constructor(opened: OpenProject, { builds, kept }: Pick<Choice, 'builds' | 'kept'>, context: Context) {
    this.#opened = opened;
    this.#words = wordsOf(opened.project.file, opened.stage);
    this.#builds = builds;
    this.#kept = kept;
    this.#context = context;
  }

  async dependencies(): Promise<Desired[]> {
    const { project, root } = this.#opened;
    const result: Desired[] = [];
    for (const [key, entry] of Object.entries(project.file.dependencies ?? {})) {
      const building = { owner: packageOwner(key), command: entry.build, root };
      await buildDue(this.#builds, building, this.#context);
      const folder = resolve(root, entry.folder);
      const desired = dependencyOf(key, entry, await folderDigest(folder, this.#kept?.files), this.#words);
      this.#digests.set(desired.name, desired.notes.code ?? '');
      this.folders.set(desired.name, folder);
      result.push(desired);
    }
    return result;
  }

  /** A function with its aliases and triggers. */
  async function(spec: FunctionSpec): Promise<Desired[]> {
    const { project, root, connection, record } = this.#opened;
    const notesOf = record.notesOf.bind(record);
    const chosen = { builds: this.#builds, kept: this.#kept };
    const surroundings = { root, fault: project.fault, ...chosen, digests: this.#digests, notesOf };
    const { desired, inputs } = await prepare(spec, surroundings, this.#context);
    this.functions.set(spec.name, inputs);
    const triggers: Desired[] = [];
    for (const { desired: trigger, secrets } of triggersOf(spec, this.#words, project, connection.credentials)) {
      const values = await readSecrets(secrets, root, this.#context);
      this.triggerSecrets.set(trigger.name, values);
      const hasSecrets = Object.keys(values).length > 0;
      const noted = hasSecrets ? { secrets: secretsDigest(values, notesOf(trigger).secrets) } : {};
      triggers.push({ ...trigger, notes: { ...trigger.notes, ...noted } });
    }
    return [desired, ...aliasesOf(spec, desired, project), ...this.#readiness(spec), ...triggers];
  }

  /** Settings of asynchronous calls and reserved instances, of the function and of its aliases. */
  #readiness({ name, path, async, reserved, aliases }: FunctionSpec): Desired[] {
    const { project, connection } = this.#opened;
    const owners = Object.entries(aliases).map(([alias, entry]) => ({
      ...entry,
      of: alias,
      at: [...path, 'aliases', alias],
    }));
    return [{ async, reserved, of: 'latest', at: path }, ...owners].flatMap((one) => {
      const owner = (key: string) => ({ name: `${name}/${one.of}`, path: [...one.at, key] });
      return [
        ...(one.async === undefined ? [] : [asyncOf(one.async, owner('async'), this.#words, connection.credentials)]),
        ...(one.reserved === undefined ? [] : [reservedOf(one.reserved, owner('reserved'), project)]),
      ];
    });
  }

  /** Everything that belongs to no function. */
  async others(): Promise<Desired[]> {
    const { project, root, stage, connection } = this.#opened;
    const { file } = project;
    const flows: Desired[] = [];
    for (const [key, entry] of Object.entries(file.flows ?? {})) {
      const flow = flowOf(key, await readFlowFile(entry.file, { cwd: root }), this.#words);
      refuseViolations(entry.file, flow.hidden as JsonObject);
      flows.push(flow);
    }
    const alarms = alarmsOf(project, stage.suffix, this.#words, connection.credentials);
    return [...bucketsOf(file, this.#words), ...topicsOf(file, this.#words), ...flows, ...alarms];
  }
}

/** Everything that the file describes in its stage, with built code and read secrets, and what makes it. */
export async function readDesired(
  opened: OpenProject,
  { isWhole, isChosen, ...building }: Choice,
  context: Context,
): Promise<{ readonly desired: readonly Desired[]; readonly drivers: Drivers }> {
  const reader = new DesiredReader(opened, building, context);
  const desired = await reader.dependencies();
  for (const spec of functionSpecs(opened.project, opened.stage)) {
    if (isChosen(spec.name)) desired.push(...(await reader.function(spec)));
  }
  if (isWhole) desired.push(...(await reader.others()));
  const { functions, triggerSecrets, folders } = reader;
  const reach = { connection: opened.connection, signal: context.signal };
  return { desired, drivers: driversFor({ ...reach, functions, triggerSecrets, folders, kept: building.kept?.files }) };
}

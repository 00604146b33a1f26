import { ApiError } from '@funcgraph/api';
import { type KeptFiles, packFolder } from '../../code/index.ts';
import type { Words } from '../file/fill-in.ts';
import type { ProjectFile } from '../file/schema.ts';
import type { Actual, Desired } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { foundAmong, type Reach } from './reach.ts';

type Entry = NonNullable<ProjectFile['dependencies']>[string];

/** A package whose folder has this digest. */
export function dependencyOf(key: string, { runtime }: Entry, code: string, words: Words): Desired {
  const name = words[`dependencies.${key}`] ?? key;
  return { kind: 'dependency', name, fields: { runtime }, notes: { code }, path: ['dependencies', key] };
}

/** Packages of the project. A change makes a new version; functions that have the one before keep it until they change. */
export function dependencyDriver(
  { connection, signal }: Reach,
  folderOf: (name: string) => string,
  kept?: KeptFiles,
): Driver {
  const { client, credentials } = connection;
  const { projectId: project_id } = credentials;
  const store = async ({ name, fields }: Desired): Promise<string> => {
    const { zip } = await packFolder(folderOf(name), kept);
    const runtime = String(fields.runtime);
    const body = { name, runtime, depend_type: 'zip', depend_file: zip.toString('base64') };
    return (await client.call('createDependencyVersion', { params: { project_id }, body, signal })).data.dep_id;
  };
  /** All but the newest two: functions that are deployed next still have the one before. */
  const deleteOld = async (depend_id: string): Promise<void> => {
    const params = { project_id, depend_id };
    const { data } = await client.call('listDependencyVersion', { params, signal });
    for (const { version } of data.dependencies.slice(2)) {
      const requested = { params: { ...params, version: String(version) }, signal };
      await client.call('deleteDependencyVersion', requested).catch((error: unknown) => {
        // others may use it
        if (!(error instanceof ApiError)) throw error;
      });
    }
  };
  return {
    find: (names) =>
      foundAmong(names, async (name): Promise<Actual | undefined> => {
        const { data } = await client.call('listDependencies', { params: { project_id }, query: { name }, signal });
        const one = data.dependencies.find((each) => each.name === name && each.owner !== 'public');
        return one && { kind: 'dependency', name, id: one.dep_id, fields: { runtime: one.runtime } };
      }),
    create: store,
    async update(desired, actual) {
      await store(desired);
      await deleteOld(actual.id);
    },
    async remove({ id }) {
      await client.call('deleteDependency', { params: { project_id, depend_id: id }, signal });
    },
  };
}

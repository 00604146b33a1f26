import { ApiError } from '@funcgraph/api';
import { CliError, EXIT } from '../../framework/index.ts';
import type { Words } from '../file/fill-in.ts';
import type { ProjectFile } from '../file/schema.ts';
import type { Desired } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import type { Reach } from './reach.ts';

export function bucketsOf(file: ProjectFile, words: Words): Desired[] {
  return Object.keys(file.buckets ?? {}).map((key) => ({
    ...{ kind: 'bucket', name: words[`buckets.${key}`] ?? key, fields: {}, notes: {} },
    path: ['buckets', key],
  }));
}

/** A bucket has no id: one made at another time is another one. */
export function bucketDriver({ connection, signal }: Reach): Driver {
  const { client, credentials } = connection;
  const params = { project_id: credentials.projectId };
  return {
    async find(names) {
      const { data } = await client.call('listProjectBuckets', { params, signal });
      return data.buckets
        .filter(({ name }) => names.includes(name))
        .map(({ name, created_time }) => ({ kind: 'bucket', name, id: created_time, fields: {} }));
    },
    async create({ name }) {
      return (await client.call('createProjectBucket', { params, body: { name }, signal })).data.created_time;
    },
    async update() {
      // it has no settings; taken over, it is only recorded
    },
    async remove({ name }) {
      try {
        await client.call('deleteProjectBucket', { params: { ...params, bucket: name }, signal });
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.status !== 409) throw cause;
        throw new CliError(`the bucket ${name} is not deleted: ${cause.message}`, {
          code: 'CLI.PROJECT',
          exitCode: EXIT.refused,
          hint: `Remove its objects first: fgs buckets rm ${name} --recursive --yes`,
          cause,
        });
      }
    },
  };
}

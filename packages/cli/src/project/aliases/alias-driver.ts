import { ApiError } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import type { Actual, Desired } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { type Split, targetOf, unneeded, versionName } from './alias-target.ts';

/** Aliases, and the versions that deploys publish for them. */
export function aliasDriver(connection: Connection, signal: AbortSignal): Driver {
  const { client } = connection;
  const partsOf = (name: string): [fn: string, alias: string] => {
    const at = name.indexOf('/');
    return [name.slice(0, at), name.slice(at + 1)];
  };
  const paramsOf = (name: string, qualifier?: string) =>
    connection.functionParams(partsOf(name)[0], 'default', qualifier);

  async function aliasesOf(fn: string) {
    try {
      return (await client.call('listVersionAliases', { params: paramsOf(`${fn}/`), signal })).data;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }

  async function versionsOf(name: string): Promise<string[]> {
    const query = { maxitems: '100' };
    const { data } = await client.call('listFunctionVersions', { params: paramsOf(name), query, signal });
    return data.versions.map(({ version }) => version);
  }

  /** Publishes the function as it is now, unless a stopped deploy did. */
  async function publish({ name, notes }: Desired): Promise<string> {
    const version = versionName(notes.release ?? '');
    const present = await versionsOf(name);
    if (present.includes(version)) return version;
    const body = { version, description: 'by fgs deploy' };
    try {
      await client.call('createFunctionVersion', { params: paramsOf(name), body, signal });
      return version;
    } catch (error) {
      const newest = present.find((each) => each !== 'latest');
      // a function that was taken over is as its newest version, which has another name
      if (error instanceof ApiError && error.code === 'FSS.1016' && newest !== undefined) return newest;
      throw error;
    }
  }

  async function deleteUnneeded(name: string): Promise<void> {
    const all = await aliasesOf(partsOf(name)[0]);
    const used = new Set(
      all.flatMap((one) => [
        one.version,
        ...Object.keys(one.additional_version_weights ?? {}),
        ...Object.keys(one.additional_version_strategy ?? {}),
      ]),
    );
    for (const version of unneeded(await versionsOf(name), used)) {
      await client.call('deleteFunction', { params: paramsOf(name, version), signal });
    }
  }

  async function target(desired: Desired, stable: string | undefined) {
    const split = desired.notes.split === undefined ? undefined : (JSON.parse(desired.notes.split) as Split);
    return targetOf(await publish(desired), stable, split, String(desired.fields.description));
  }

  return {
    async find(names) {
      const found: Actual[] = [];
      for (const fn of new Set(names.map((name) => partsOf(name)[0]))) {
        for (const { name, alias_urn, description, version } of await aliasesOf(fn)) {
          const fields = { description, version };
          found.push({ kind: 'alias', name: `${fn}/${name}`, id: alias_urn, fields });
        }
      }
      return found.filter(({ name }) => names.includes(name));
    },

    async create(desired) {
      const body = { name: partsOf(desired.name)[1], ...(await target(desired, undefined)) };
      const requested = { params: paramsOf(desired.name), body, signal };
      return (await client.call('createVersionAlias', requested as never)).data.alias_urn;
    },

    async update(desired, actual) {
      const body = await target(desired, String(actual.fields.version));
      const params = { ...paramsOf(desired.name), alias_name: partsOf(desired.name)[1] };
      await client.call('updateVersionAlias', { params, body, signal } as never);
      await deleteUnneeded(desired.name);
    },

    async remove({ name }) {
      const params = { ...paramsOf(name), alias_name: partsOf(name)[1] };
      await client.call('deleteVersionAlias', { params, signal });
    },
  };
}

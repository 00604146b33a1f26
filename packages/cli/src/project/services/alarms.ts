import { formatFlowUrn, formatTopicUrn } from '@funcgraph/api';
import { parseCondition } from '../../commands/alarms/condition.ts';
import { CliError } from '../../framework/index.ts';
import type { Words } from '../file/fill-in.ts';
import type { Project } from '../file/read-project.ts';
import type { Desired, Fields } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { foundAmong, perhaps, type Reach } from './reach.ts';

interface Place {
  readonly region: string;
  readonly projectId: string;
}

type Entry = NonNullable<Project['file']['alarms']>[string];

export function alarmsOf(project: Project, suffix: string, words: Words, place: Place): Desired[] {
  return Object.entries(project.file.alarms ?? {}).map(([key, entry]) => {
    const path = ['alarms', key];
    const { period = 5, periods = 1, breaching_periods = periods, missing_data = 'keep', enabled = true } = entry;
    const fields = {
      target_urn: targetOf(entry, { project, path, words, place }),
      ...condition(entry.when, () => project.fault([...path, 'when'], 'is no condition', 'such as sum failcount >= 5')),
      ...{ period, periods, breaching_periods, missing_data, enabled, description: entry.description ?? '' },
      topic_urns: (entry.topics ?? []).map((name) =>
        formatTopicUrn({ ...place, name: words[`topics.${name}`] ?? name }),
      ),
      notify_on: entry.notify_on ?? ['alarm', 'ok'],
    };
    return { kind: 'alarm', name: `${key}${suffix}`, fields, notes: {}, path };
  });
}

function condition(text: string, fault: () => Error): Fields {
  try {
    return parseCondition(text);
  } catch (error) {
    throw error instanceof CliError ? fault() : error;
  }
}

interface Around {
  readonly project: Project;
  readonly path: string[];
  readonly words: Words;
  readonly place: Place;
}

function targetOf({ function: fn, alias, flow }: Entry, { project, path, words, place }: Around): string {
  if ((fn === undefined) === (flow === undefined)) throw project.fault(path, 'needs exactly one of function, flow');
  if (flow !== undefined) {
    if (alias !== undefined) throw project.fault([...path, 'alias'], 'is for a function');
    return formatFlowUrn({ ...place, name: words[`flows.${flow}`] ?? flow });
  }
  const name = words[`functions.${fn}`] ?? fn;
  const urn = `urn:fss:${place.region}:${place.projectId}:function:default:${name}`;
  return alias === undefined ? urn : `${urn}:!${alias}`;
}

export function alarmDriver({ connection, signal }: Reach): Driver {
  const { client, credentials } = connection;
  const { projectId: project_id } = credentials;
  const paramsOf = (name: string) => ({ project_id, alarm_name: name });
  return {
    find: (names) =>
      foundAmong(names, async (name) => {
        const alarm = await perhaps(client.call('showAlarm', { params: paramsOf(name), signal }));
        if (alarm === undefined) return undefined;
        return { kind: 'alarm', name, id: alarm.id, fields: { ...alarm, target_urn: plain(alarm.target_urn) } };
      }),
    async create({ name, fields }) {
      const requested = { params: { project_id }, body: { name, ...fields }, signal };
      return (await client.call('createAlarm', requested as never)).data.id;
    },
    async update({ name, fields }) {
      const { target_urn: _urn, ...body } = fields;
      await client.call('updateAlarm', { params: paramsOf(name), body, signal } as never);
    },
    async remove({ name }) {
      await client.call('deleteAlarm', { params: paramsOf(name), signal });
    },
  };
}

/** The URN of a function without a version is that of all its versions. */
const plain = (urn: string): string => (urn.includes(':function:') ? urn.replace(/:latest$/, '') : urn);

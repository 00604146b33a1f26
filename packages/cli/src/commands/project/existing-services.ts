import { stringify } from 'yaml';
import { unzip } from '../../code/index.ts';
import { type Connection, pagesOf } from '../../connection/index.ts';
import { describeAlarm, describeSubscription } from '../../project/existing/describe-services.ts';
import { NAME } from '../../project/file/fields.ts';
import type { ProjectFile } from '../../project/file/schema.ts';
import { withNames } from '../flows/with-names.ts';
import { download } from './download.ts';

type Services = Pick<ProjectFile, 'dependencies' | 'buckets' | 'topics' | 'flows' | 'alarms'>;

export interface ExistingServices {
  readonly entries: Services;
  /** What the entries name, by path from the project file. */
  readonly flowFiles: ReadonlyMap<string, string>;
  readonly packages: ReadonlyMap<string, ReturnType<typeof unzip>>;
  /** The newest version of each package, `NAME@VERSION`, with the name that functions of the file use. */
  readonly newest: ReadonlyMap<string, string>;
}

interface Choice {
  readonly signal: AbortSignal;
  /** False for what belongs to another project. */
  isFree(kind: string, name: string): boolean;
  /** Gets what a project file cannot have. */
  tell(text: string): void;
}

/** Reads what the server has beside functions that a project file can describe. */
export async function readServices(connection: Connection, choice: Choice): Promise<ExistingServices> {
  const reader = new ServiceReader(connection, choice);
  const dependencies = await reader.dependencies();
  const entries = {
    ...filled('dependencies', dependencies),
    ...filled('buckets', await reader.buckets()),
    ...filled('topics', await reader.topics()),
    ...filled('flows', await reader.flows()),
    ...filled('alarms', await reader.alarms()),
  };
  return { entries, ...reader };
}

const PAGE = 100;

const filled = (key: string, map: object) => (Object.keys(map).length === 0 ? {} : { [key]: map });

class ServiceReader {
  readonly #connection: Connection;
  readonly #choice: Choice;
  readonly #params: { readonly project_id: string };
  readonly flowFiles = new Map<string, string>();
  readonly packages = new Map<string, ReturnType<typeof unzip>>();
  readonly newest = new Map<string, string>();

  constructor(connection: Connection, choice: Choice) {
    this.#connection = connection;
    this.#choice = choice;
    this.#params = { project_id: connection.credentials.projectId };
  }

  /** Whether the file may have it. */
  #takes(kind: string, name: string): boolean {
    if (!this.#choice.isFree(kind, name)) return false;
    if (kind === 'bucket' || new RegExp(NAME).test(name)) return true;
    this.#choice.tell(`the ${kind} ${name} has a name that the file cannot have`);
    return false;
  }

  async dependencies() {
    const { client } = this.#connection;
    const { signal } = this.#choice;
    const entries: NonNullable<Services['dependencies']> = {};
    const call = (marker: number) =>
      client.call('listDependencies', {
        params: this.#params,
        query: { marker: String(marker), maxitems: String(PAGE) },
        signal,
      });
    const next = ({ dependencies, next_marker }: Awaited<ReturnType<typeof call>>['data']) =>
      dependencies.length < PAGE ? undefined : next_marker;
    for await (const { dependencies } of pagesOf(0, call, next)) {
      for (const { owner, name, runtime, version, dep_id } of dependencies) {
        if (owner === 'public' || !this.#takes('dependency', name)) continue;
        const params = { ...this.#params, depend_id: dep_id, version: String(version) };
        const { data } = await client.call('showDependencyVersion', { params, signal });
        entries[name] = { folder: `./dependencies/${name}`, runtime };
        this.packages.set(name, unzip(await download(data.download_link, this.#connection, signal)));
        this.newest.set(`${name}@${version}`, name);
      }
    }
    return entries;
  }

  async buckets() {
    const { data } = await this.#connection.client.call('listProjectBuckets', {
      params: this.#params,
      signal: this.#choice.signal,
    });
    const names = data.buckets.map(({ name }) => name).filter((name) => this.#takes('bucket', name));
    return Object.fromEntries(names.map((name) => [name, {}]));
  }

  async topics() {
    const { client } = this.#connection;
    const { signal } = this.#choice;
    const entries: NonNullable<Services['topics']> = {};
    for (let offset = 0; ; offset += PAGE) {
      const query = { offset: String(offset), limit: String(PAGE) };
      const { data } = await client.call('listTopics', { params: this.#params, query, signal });
      for (const { name, topic_urn, display_name } of data.topics) {
        if (!this.#takes('topic', name)) continue;
        const subscriptions = await this.#subscriptions(name, topic_urn);
        entries[name] = {
          ...(display_name === '' ? {} : { display_name }),
          ...(subscriptions.length === 0 ? {} : { subscriptions }),
        };
      }
      if (data.topics.length < PAGE) return entries;
    }
  }

  async #subscriptions(topic: string, topic_urn: string) {
    const { client } = this.#connection;
    const { signal, tell } = this.#choice;
    const described: NonNullable<ReturnType<typeof describeSubscription>>[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const query = { offset: String(offset), limit: String(PAGE) };
      const params = { ...this.#params, topic_urn };
      const { data } = await client.call('listSubscriptionsByTopic', { params, query, signal });
      for (const one of data.subscriptions) {
        const entry = describeSubscription(one);
        if (entry === undefined) tell(`${topic}: the subscription of ${one.endpoint} is not in the file`);
        else described.push(entry);
        if (one.filter_polices.length > 0) tell(`${topic}: the filter of ${one.endpoint} is not in the file`);
      }
      if (data.subscriptions.length < PAGE) return described;
    }
  }

  async flows() {
    const { client } = this.#connection;
    const { signal } = this.#choice;
    const entries: NonNullable<Services['flows']> = {};
    for (let offset = 0; ; offset += PAGE) {
      const query = { offset: String(offset), limit: String(PAGE) };
      const { data } = await client.call('listWorkflow', { params: this.#params, query, signal });
      for (const { name, id } of data.workflows) {
        if (!this.#takes('flow', name)) continue;
        const params = { ...this.#params, workflow_id: id };
        const { data: flow } = await client.call('showWorkFlow', { params, signal });
        const file = `flows/${name}.yaml`;
        entries[name] = { file: `./${file}` };
        this.flowFiles.set(file, stringify(withNames(flow.graph, this.#params.project_id)));
      }
      if (data.workflows.length < PAGE) return entries;
    }
  }

  async alarms() {
    const { client } = this.#connection;
    const { signal, tell } = this.#choice;
    const entries: NonNullable<Services['alarms']> = {};
    const call = (marker: string) =>
      client.call('listAlarms', { params: this.#params, query: marker === '' ? {} : { marker }, signal });
    const next = ({ next_marker }: Awaited<ReturnType<typeof call>>['data']) => next_marker || undefined;
    for await (const { alarms } of pagesOf('', call, next)) {
      for (const alarm of alarms) {
        if (!this.#takes('alarm', alarm.name)) continue;
        const entry = describeAlarm(alarm);
        if (entry === undefined) tell(`the alarm ${alarm.name} is about ${alarm.target_urn}, and is not in the file`);
        else entries[alarm.name] = entry;
      }
    }
    return entries;
  }
}

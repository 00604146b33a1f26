import type { FlowDefinition, FlowTrigger as Given } from '@funcgraph/flow';
import { pino } from 'pino';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { Sealer } from '../../lib/sealer.ts';
import { TimerSource, TRIGGERS } from '../../triggers/index.ts';
import { FlowStore } from '../definitions/flow-store.ts';
import { type FlowAuthor, Flows } from '../definitions/flows.ts';
import { FlowEngine } from '../runs/flow-engine.ts';
import { RunService } from '../runs/run-service.ts';
import type { Flow, FlowRuns } from '../types.ts';
import { FlowTimers } from './flow-timers.ts';
import { FlowTriggerStore } from './flow-trigger-store.ts';
import { FlowTriggers } from './flow-triggers.ts';

/** There is one bucket, `photos`, and one stream, `clicks`. */
const BUCKETS = {
  bucket: (name: string) => Promise.resolve(name === 'photos' ? { projectId: 'p1' } : undefined),
  topic: ({ name }: { name: string }) => Promise.resolve(name === 'orders'),
  brokerHosts: new Set<string>(),
  stream: (_: string, name: string) => Promise.resolve(name === 'clicks'),
};
/** As that of the test control. */
const sealer = new Sealer(Buffer.alloc(32, 7));
const log = pino({ level: 'silent' });

/** Flows with triggers and an engine, on a standing clock; functions are missing. */
export class TestFlowTriggers {
  readonly control: TestControl;
  readonly store: FlowStore;
  readonly flows: Flows;
  readonly triggers: FlowTriggers;
  readonly runs: FlowRuns;
  /** One for each run that ended. */
  readonly ended: string[] = [];
  readonly #engine: FlowEngine;
  readonly #sources: { stop(): Promise<void> }[] = [];

  private constructor(control: TestControl) {
    const { storage, catalog, feed, clock } = control;
    this.control = control;
    this.triggers = new FlowTriggers({ store: new FlowTriggerStore(storage.db), feed });
    this.store = new FlowStore(storage.db);
    this.flows = new Flows({
      store: this.store,
      catalog,
      triggers: this.triggers,
      sources: BUCKETS,
      sealer,
      clock,
      region: 'local-1',
      quota: 40,
    });
    this.#engine = new FlowEngine({
      storage,
      flows: this.flows,
      functions: catalog,
      invoker: { invoke: () => Promise.reject(new Error('no function is called')) },
      rights: { refusal: () => undefined },
      clock,
      wallClock: clock,
      log,
      logs: { append: () => {} },
      slots: 1,
      quota: { runs: 1000, bytes: 10 ** 9 },
      callbackKey: 'key',
      owner: () => 'server-1',
      retainDays: 30,
      sweepDefinitions: () => Promise.resolve(),
      ended: ({ status }) => this.ended.push(status),
    });
    this.runs = new RunService(this.#engine);
  }

  static async open(): Promise<TestFlowTriggers> {
    const made = new TestFlowTriggers(await openTestControl({ triggers: TRIGGERS }));
    await made.triggers.start();
    await made.#engine.start();
    return made;
  }

  /** A server that fires the timers. */
  async serve(more: { readonly start?: FlowRuns['start'] } = {}): Promise<TimerSource<never>> {
    const { clock, feed, storage } = this.control;
    // another server has its own memory
    const triggers =
      this.#sources.length === 0 ? this.triggers : new FlowTriggers({ store: new FlowTriggerStore(storage.db), feed });
    if (triggers !== this.triggers) await triggers.start();
    const runs = { start: more.start ?? this.runs.start.bind(this.runs) };
    const timers = new FlowTimers({ triggers, flows: this.flows, runs, log });
    const source = new TimerSource(timers, { clock, steady: () => clock.monotonic(), log });
    this.#sources.push(source);
    source.start();
    return source as TimerSource<never>;
  }

  create(triggers: readonly Given[], more: Partial<FlowDefinition> = {}): Promise<Flow> {
    return this.flows.create('p1', definitionWith(triggers, more), AUTHOR);
  }

  update(flow: Flow, triggers: readonly Given[], more: Partial<FlowDefinition> = {}): Promise<Flow> {
    return this.flows.update(flow, definitionWith(triggers, { name: flow.name, ...more }), AUTHOR);
  }

  /** Lets time pass step by step: a due run is stored before the next second. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 1) {
      this.control.clock.advance(1000);
      for (let turn = 0; turn < 30; turn += 1) await new Promise(setImmediate);
    }
  }

  /** The runs that were stored, as `HH:MM:SS` of their tick and their input. */
  async started(): Promise<string[]> {
    const { db } = this.control.storage;
    const rows = await db
      .selectFrom('flow_run')
      .innerJoin('flow_run_event', 'flow_run_event.run', 'flow_run.run')
      .select(['flow_run.id', 'flow_run_event.events'])
      .where('flow_run_event.seq', '=', 0)
      .execute();
    return rows
      .map(({ id, events }) => {
        const [first] = JSON.parse(events) as { input: { json: unknown } }[];
        const tick = new Date(Number(id.split('-').at(-1))).toISOString().slice(11, 19);
        return `${tick} ${JSON.stringify(first?.input.json)}`;
      })
      .toSorted();
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.stop();
    await this.#engine.stop(AbortSignal.abort());
    await this.control.close();
  }
}

const AUTHOR: FlowAuthor = {
  principal: { kind: 'user', id: 'u1' },
  name: 'ann',
  rights: { ofFunction: () => 'usable', ofFlow: () => 'usable' },
};

function definitionWith(triggers: readonly Given[], more: Partial<FlowDefinition>): FlowDefinition {
  return {
    name: 'order',
    mode: 'NORMAL',
    merge_parameters: false,
    constants: {},
    triggers: [...triggers],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'wait', name: 'wait', kind: 'wait', seconds: 0 },
    ],
    edges: [{ from: 'start', to: 'wait' }],
    ...more,
  };
}

export function timer(schedule: string, input: unknown = { n: 1 }, more: Partial<Given> = {}): Given {
  const user_event = JSON.stringify({ input });
  const trigger_config = { schedule_type: 'Cron', schedule, user_event };
  return { trigger_name: 'tick', trigger_type: 'FLOWTIMER', trigger_config, ...more };
}

export function api(path: string, config: Given['trigger_config'] = {}, more: Partial<Given> = {}): Given {
  const trigger_config = { path, group_id: 'g1', req_method: 'POST', ...config };
  return { trigger_name: 'order', trigger_type: 'APIG', trigger_config, ...more };
}

/** Created objects of the bucket `photos`. */
export function bucket(config: Given['trigger_config'] = {}, more: Partial<Given> = {}): Given {
  const trigger_config = { bucket: 'photos', events: ['ObjectCreated'], ...config };
  return { trigger_name: 'objects', trigger_type: 'OBS', trigger_config, ...more };
}

export function topic(urn: string, more: Partial<Given> = {}): Given {
  return { trigger_type: 'SMN', trigger_config: { topic_urn: urn }, ...more };
}

/** Messages of the topic `orders` of a cluster with a login. */
export function kafka(config: Given['trigger_config'] = {}, more: Partial<Given> = {}): Given {
  const door = { kafka_connect_address: 'broker.example:9092', kafka_user: 'ann' };
  return { trigger_type: 'KAFKA', trigger_config: { ...door, topic_ids: ['orders'], ...config }, ...more };
}

/** Records of the stream `clicks`. */
export function stream(config: Given['trigger_config'] = {}, more: Partial<Given> = {}): Given {
  return { trigger_type: 'DIS', trigger_config: { stream_name: 'clicks', ...config }, ...more };
}

import { createHash } from 'node:crypto';
import { formatUrn, parseUrn } from '@funcgraph/api';
import type { FlowDefinition, FlowEdge, FlowNode, Json, JsonObject, RunEvent } from '@funcgraph/flow';
import { pino } from 'pino';
import type { Catalog } from '../../control/index.ts';
import type { InvocationRequest, InvocationResult } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Storage } from '../../storage/index.ts';
import type { LogLine } from '../../telemetry/index.ts';
import type { Flow, FlowCatalog } from '../types.ts';
import { type EndedRun, FlowEngine } from './flow-engine.ts';
import type { FlowRights } from './rights.ts';

const PROJECT = '0123456789abcdef0123456789abcdef';

export const functionUrn = (name: string): string => `urn:fss:local:${PROJECT}:function:default:${name}:latest`;
export const flowUrn = (name: string): string => `urn:fss:local:${PROJECT}:workflow:default:${name}:latest`;

/** What a function of a test does; what it throws is the failure of the function. */
export type TestFunction = (input: Json, request: InvocationRequest) => Json | Buffer | Promise<Json | Buffer>;

/** A chain of nodes after the start node, or any graph by its edges. */
export function definitionOf(
  name: string,
  nodes: readonly FlowNode[],
  more: Partial<FlowDefinition> & { readonly links?: readonly FlowEdge[] } = {},
): FlowDefinition {
  const { links, ...rest } = more;
  const start: FlowNode = { id: 'start', name: 'start', kind: 'start' };
  const top = nodes.filter((node) => !('parent' in node) || node.parent === undefined);
  const chain = [start, ...top].slice(1).map((node, at) => ({ from: [start, ...top][at]?.id ?? '', to: node.id }));
  return {
    name,
    mode: 'NORMAL',
    merge_parameters: false,
    constants: {},
    triggers: [],
    nodes: [start, ...nodes],
    edges: [...(links ?? chain)],
    ...rest,
  };
}

export function call(id: string, fn = id, more: Partial<Extract<FlowNode, { kind: 'function' }>> = {}): FlowNode {
  return { id, name: id, kind: 'function', function: functionUrn(fn), parameters: [], ...more };
}

/** Flows, functions and an engine over a storage, for tests and the bench. */
export class TestFlows {
  readonly functions = new Map<string, TestFunction>();
  /** Calls by name of the function. */
  readonly calls: { readonly name: string; readonly input: Json; readonly requestId: string }[] = [];
  readonly ends = new Map<string, EndedRun>();
  /** Of express runs. */
  readonly logLines: LogLine[] = [];
  refusal: ReturnType<FlowRights['refusal']> = undefined;
  engine: FlowEngine;
  readonly #flows = new Map<string, Flow>();
  readonly #definitions = new Map<string, FlowDefinition>();
  readonly #waiting = new Map<string, (end: EndedRun) => void>();
  readonly #parts: { readonly storage: Storage; readonly clock: Clock };
  readonly #more: Partial<ConstructorParameters<typeof FlowEngine>[0]>;
  #servers = 0;

  constructor(storage: Storage, clock: Clock, more: Partial<ConstructorParameters<typeof FlowEngine>[0]> = {}) {
    this.#parts = { storage, clock };
    this.#more = more;
    this.engine = this.newEngine();
  }

  /** Another server on the same storage, which takes over all runs when it starts. */
  newEngine(): FlowEngine {
    this.#servers += 1;
    const server = `server-${this.#servers}`;
    return new FlowEngine({
      ...this.#parts,
      flows: this.catalog,
      functions: TEST_CATALOG,
      invoker: { invoke: (request) => this.#invoke(request) },
      rights: { refusal: () => this.refusal },
      log: pino({ level: 'silent' }),
      logs: { append: (lines) => this.logLines.push(...lines) },
      slots: 100,
      quota: { runs: 100_000, bytes: 10 ** 10 },
      callbackKey: 'key',
      owner: () => server,
      wallClock: this.#parts.clock,
      retainDays: 30,
      sweepDefinitions: async () => {},
      ended: (end) => {
        this.ends.set(end.run, end);
        this.#waiting.get(end.run)?.(end);
        this.#waiting.delete(end.run);
      },
      ...this.#more,
    });
  }

  readonly catalog: FlowCatalog = {
    flow: (id) => Promise.resolve(this.#flows.get(id)),
    flowByUrn: (_project, urn) => Promise.resolve(this.#flows.get(urn.split(':').at(-2) ?? '')),
    definition: (digest) => {
      const definition = this.#definitions.get(digest);
      return definition === undefined ? Promise.reject(new Error('no definition')) : Promise.resolve(definition);
    },
  };

  save(definition: FlowDefinition): Flow {
    const digest = createHash('sha256').update(JSON.stringify(definition)).digest('hex');
    if (!this.#definitions.has(digest)) this.#definitions.set(digest, definition);
    const flow: Flow = {
      id: definition.name,
      projectId: PROJECT,
      name: definition.name,
      description: '',
      mode: definition.mode,
      stream: false,
      definition: digest,
      enterpriseProjectId: '0',
      savedBy: { kind: 'user', id: 'u1' },
      createdBy: 'ann',
      createdAt: 0,
      modifiedAt: 0,
    };
    this.#flows.set(flow.id, flow);
    return flow;
  }

  async start(flow: Flow, input: JsonObject = {}, runId?: string): Promise<string> {
    const request = { flow, input, headers: {}, startedBy: 'ann' };
    const { id } = await this.engine.control.start(runId === undefined ? request : { ...request, runId });
    return id;
  }

  ended(run: string): Promise<EndedRun> {
    const known = this.ends.get(run);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.set(run, resolve));
  }

  /** What is known of runs that ended, and all calls so far. */
  forget(): void {
    this.ends.clear();
    this.calls.length = 0;
    this.logLines.length = 0;
  }

  async events(run: string): Promise<RunEvent[]> {
    const rows = await this.engine.store.events(run, 0, Number.MAX_SAFE_INTEGER);
    return rows.flatMap(({ events }) => JSON.parse(events) as RunEvent[]);
  }

  /** Runs a flow to its end. */
  async run(
    definition: FlowDefinition,
    input: JsonObject = {},
  ): Promise<{ readonly id: string; readonly status: EndedRun['status']; readonly events: readonly RunEvent[] }> {
    const id = await this.start(this.save(definition), input);
    const { status } = await this.ended(id);
    return { id, status, events: await this.events(id) };
  }

  /** What a function was called with. */
  inputsOf(name: string): Json[] {
    return this.calls.filter((each) => each.name === name).map(({ input }) => input);
  }

  async #invoke(request: InvocationRequest): Promise<InvocationResult> {
    request.onAdmitted?.();
    const { name } = request.urn;
    const input = JSON.parse(request.event.toString('utf8')) as Json;
    this.calls.push({ name, input, requestId: request.requestId });
    const answer = { streamed: false, logTail: '', codeDigest: '' };
    const receipt = { function_urn: formatUrn(request.urn) } as InvocationResult['receipt'];
    const fn = this.functions.get(name);
    if (fn === undefined) throw new Error(`the test has no function ${name}`);
    try {
      const output = await fn(input, request);
      const payload = Buffer.isBuffer(output) ? output : Buffer.from(JSON.stringify(output));
      return { ...answer, failure: undefined, payload, receipt };
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      const payload = Buffer.from(JSON.stringify({ errorMessage: error.message, errorType: 'Error' }));
      const failure = { outcome: 'function_error', code: 4002, component: 'function', payload } as const;
      return { ...answer, failure, payload, receipt };
    }
  }
}

/** Thrown by a function of a test. */
export class FunctionError extends Error {}

/** Has every function. */
const TEST_CATALOG = {
  resolve: (_project: string, _package: string, name: string) => ({
    functionId: name,
    name,
    enabled: name !== 'disabled',
    maxInstances: 400,
    concurrency: 1,
    runtime: name === 'web' ? 'http' : 'Node.js20.15',
    urn: formatUrn(parseUrn(functionUrn(name)) as NonNullable<ReturnType<typeof parseUrn>>),
  }),
  resolveAlias: () => undefined,
} as unknown as Catalog;

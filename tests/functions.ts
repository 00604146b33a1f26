import { type Client, type Receipt, signRequest } from '@funcgraph/api';
import { fakeZip } from '../packages/server/src/artifacts/testing.ts';
import type { Credentials } from './server.ts';

/** How long to look for what happens a little later, on a machine that others use too. */
export const PATIENCE = { timeout: 120_000, interval: 50 };

/** Who calls which server: the first account of a test server, or another one. */
export interface Tenant {
  readonly endpoint: string;
  readonly credentials: Pick<Credentials, 'project_id' | 'access_key' | 'secret_key'>;
  readonly api: Client;
}

export interface Deployment {
  readonly name: string;
  /** File name to content; the names decide nothing. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly runtime: string;
  readonly handler?: string;
  readonly timeout?: number;
  readonly memory?: number;
  readonly initializer?: string;
  readonly initializerTimeout?: number;
  readonly userData?: Readonly<Record<string, string>>;
  readonly dynamicMemory?: boolean;
  readonly returnStream?: boolean;
  readonly lanes?: boolean;
}

/** The runtime of this machine whose name begins so, under the version it really has. */
export async function runtimeOf(
  server: Tenant,
  family: 'Node.js' | 'Python' | 'Java' | 'Go' | 'Custom',
): Promise<string> {
  const { data } = await server.api.call('listRuntimeTypes', { params: project(server) });
  const all = data as { type: string }[];
  const found = all.find(({ type }) => type === family) ?? all.findLast(({ type }) => type.startsWith(family));
  if (found === undefined) throw new Error(`this machine has no ${family}`);
  return found.type;
}

export const project = (server: Tenant): { project_id: string } => ({ project_id: server.credentials.project_id });

/** Creates a function and returns its URN without a version. */
export async function deploy(server: Tenant, deployment: Deployment): Promise<string> {
  const { name, runtime, handler = 'index.handler', timeout = 10, memory = 128 } = deployment;
  const { initializer, initializerTimeout = 10, userData, dynamicMemory, returnStream, lanes } = deployment;
  const { data } = await server.api.call('createFunction', {
    params: project(server),
    body: {
      func_name: name,
      package: 'default',
      runtime,
      handler,
      timeout,
      memory_size: memory,
      code_type: 'zip',
      code_filename: 'code.zip',
      func_code: { file: zipped(deployment.files) },
      ...(initializer === undefined
        ? {}
        : { initializer_handler: initializer, initializer_timeout: initializerTimeout }),
      ...(userData === undefined ? {} : { user_data: JSON.stringify(userData) }),
      ...(dynamicMemory === undefined ? {} : { enable_dynamic_memory: dynamicMemory }),
      ...(returnStream === undefined ? {} : { is_return_stream: returnStream }),
      ...(lanes === undefined ? {} : { enable_lanes: lanes }),
    },
  });
  return data.func_urn.replace(/:latest$/, '');
}

/** Files as a zip in Base64; `bootstrap` is executable in it. */
export function zipped(files: Readonly<Record<string, string | Uint8Array>>): string {
  const entries = Object.entries(files).map(([name, data]) => ({ name, data, mode: 0o100755 }));
  return fakeZip(entries).toString('base64');
}

export const target = (server: Tenant, urn: string): { project_id: string; function_urn: string } => ({
  ...project(server),
  function_urn: urn,
});

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly nowMs?: number;
  /** Changes the request after it was signed. */
  readonly tamper?: { path?: string; body?: string; method?: string; headers?: Readonly<Record<string, string>> };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  /** Empty when the body is not a JSON object. */
  readonly json: Record<string, unknown>;
}

/** A request signed by hand, so that every header in and out can be seen. */
export async function request(server: Tenant, input: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path, headers = {}, nowMs = Date.now() } = input;
  const { accessKey = server.credentials.access_key, secretKey = server.credentials.secret_key } = input;
  const body = new Uint8Array(Buffer.from(input.body ?? ''));
  const all = { 'Content-Type': 'application/json', ...headers };
  const url = new URL(server.endpoint + path);
  const signature = await signRequest({ method, url, headers: all, body, nowMs }, { accessKey, secretKey });
  const { tamper = {} } = input;
  const sent = tamper.body === undefined ? body : new Uint8Array(Buffer.from(tamper.body));
  return unsigned(tamper.path === undefined ? url : server.endpoint + tamper.path, {
    method: tamper.method ?? method,
    headers: { ...all, ...signature, ...tamper.headers },
    ...(sent.length === 0 ? {} : { body: sent }),
  });
}

/** A request as it is given, with the answer read to its end. */
export async function unsigned(url: string | URL, init: RequestInit): Promise<RawAnswer> {
  const response = await fetch(url, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString('utf8');
  return {
    status: response.status,
    headers: response.headers,
    body: bytes,
    text,
    json: objectIn(text),
  };
}

/** A login with a password; the token is in a header of the answer. */
export function signIn(server: Tenant, name: string, password: string, scope?: object): Promise<RawAnswer> {
  const identity = { methods: ['password'], password: { user: { name, password, domain: { name: 'default' } } } };
  return unsigned(`${server.endpoint}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth: { identity, ...(scope === undefined ? {} : { scope }) } }),
  });
}

function objectIn(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export interface Invocation extends RawAnswer {
  readonly requestId: string;
  readonly code: number;
  readonly isError: boolean;
  readonly receipt: Receipt;
  /** The decoded log tail; it was asked for in every call. */
  readonly log: string;
}

/** Runs a function by signed HTTP, asking for the log tail. Only for calls that the function gets. */
export async function invoke(
  server: Tenant,
  urn: string,
  event: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Invocation> {
  const answer = await call(server, urn, event, headers);
  const header = (name: string): string => {
    const value = answer.headers.get(name);
    if (value === null) throw new Error(`no ${name} in the answer ${answer.status}: ${answer.text.slice(0, 500)}`);
    return value;
  };
  return {
    ...answer,
    requestId: header('x-cff-request-id'),
    code: Number(header('x-func-err-code')),
    isError: header('x-is-func-err') === 'true',
    receipt: (JSON.parse(header('x-cff-invoke-summary')) as { receipt: Receipt }).receipt,
    log: Buffer.from(header('x-cff-function-log'), 'base64').toString('utf8'),
  };
}

/** Like `invoke`, for calls that may be refused. */
export function call(
  server: Tenant,
  urn: string,
  event: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return request(server, {
    path: `/v2/${server.credentials.project_id}/fgs/functions/${urn}/invocations`,
    headers: { 'X-Cff-Log-Type': 'tail', ...headers },
    body: event instanceof Uint8Array || typeof event === 'string' ? event : JSON.stringify(event),
  });
}

/** Accepts an async invocation and returns its request id. */
export async function enqueue(server: Tenant, urn: string, event: unknown): Promise<string> {
  const body = event instanceof Uint8Array ? new Uint8Array(event) : new TextEncoder().encode(JSON.stringify(event));
  const { status, data } = await server.api.call('asyncInvokeFunction', { params: target(server, urn), body });
  if (status !== 202) throw new Error(`accepted with ${status}`);
  return data.request_id;
}

/** The receipt of an invocation, once it was written. */
export async function receiptOf(server: Tenant, requestId: string): Promise<Receipt | undefined> {
  try {
    const params = { ...project(server), request_id: requestId };
    return (await server.api.call('showReceipt', { params })).data;
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return undefined;
    throw error;
  }
}

export interface AsyncInvocationSeen {
  readonly request_id: string;
  readonly status: string;
  readonly error_code: number;
  readonly error_message: string;
  readonly start_time: string;
  readonly end_time: string;
}

/** Every async invocation of the last hour, page by page. */
export async function asyncInvocations(
  server: Tenant,
  urn: string,
  query: Readonly<Record<string, string>> = {},
): Promise<AsyncInvocationSeen[]> {
  const all: AsyncInvocationSeen[] = [];
  let marker: string | undefined;
  do {
    const { data } = await server.api.call('listAsyncInvocations', {
      params: target(server, urn),
      query: { limit: '500', ...query, ...(marker === undefined ? {} : { marker }) } as never,
    });
    all.push(...data.invocations);
    marker = data.next_marker;
  } while (marker !== undefined);
  return all;
}

export interface LineSeen {
  readonly time: string;
  readonly level: string;
  readonly request_id: string;
  readonly instance_id: string;
  readonly version: string;
  readonly message: string;
}

/** Log lines of a function, oldest first. */
export async function logLines(
  server: Tenant,
  urn: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly LineSeen[]> {
  const all: LineSeen[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await server.api.call('queryLogs', {
      params: target(server, urn),
      query: { limit: '1000', order: 'asc', ...query, ...(cursor === undefined ? {} : { cursor }) } as never,
    });
    all.push(...data.lines);
    cursor = data.next_cursor;
  } while (cursor !== undefined);
  return all;
}

import { execFile } from 'node:child_process';
import { type Client, createClient } from '@funcgraph/api';
import type { FunctionGraphClient } from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { FunctionFailed } from './function-failed.ts';
import { findPrograms, type Programs } from './programs.ts';
import { connectSdk } from './sdk-client.ts';
import { type Credentials, ServerProcess, type StartOptions } from './server-process.ts';

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface DeploySettings {
  /** That of the folder unless set. */
  readonly name?: string;
  /** A language, such as `Node.js` or `Python` for the newest of this machine, or a runtime such as `Python3.12`. */
  readonly runtime?: string;
  /** For example `index.handler`. */
  readonly handler?: string;
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** More flags of `fgs functions deploy`. */
  readonly args?: readonly string[];
}

export interface Deployed {
  readonly name: string;
  readonly urn: string;
}

export interface InvokeAnswer {
  /** Parsed if it is JSON, otherwise its text. */
  readonly result: unknown;
  /** Lines of this invocation: at most the last 2 KB. */
  readonly log: string;
  readonly requestId: string;
}

export interface AsyncOutcome {
  readonly requestId: string;
  /** For example `SUCCESS` or `FAIL`. */
  readonly status: string;
}

export interface LogLine {
  /** RFC 3339. */
  readonly time: string;
  /** DEBUG, INFO, WARN or ERROR. */
  readonly level: string;
  readonly message: string;
  /** Empty for a line that belongs to no invocation. */
  readonly request_id: string;
}

/**
 * Starts a server for tests: on free ports, over an empty data directory that goes away with it. It also goes away when
 * the process of the test is killed. Rejects with the reason when it cannot start.
 */
export async function startFuncgraph(options: StartOptions = {}): Promise<Funcgraph> {
  const programs = findPrograms();
  return new Funcgraph(programs, await ServerProcess.start(programs, options));
}

/** A running server with what tests do with it. `await using` stops it at the end of a block. */
export class Funcgraph implements AsyncDisposable {
  readonly #programs: Programs;
  readonly #server: ServerProcess;
  readonly #client: Client;

  constructor(programs: Programs, server: ServerProcess) {
    this.#programs = programs;
    this.#server = server;
    const { endpoint, access_key: accessKey, secret_key: secretKey } = server.credentials;
    this.#client = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey } });
  }

  /** Addresses, project and keys, for any client of the API. */
  get credentials(): Credentials {
    return this.#server.credentials;
  }

  /** A client of the official SDK, when the project has it installed: an optional peer dependency. */
  sdkClient(): FunctionGraphClient {
    return connectSdk(this.credentials);
  }

  /** Creates or updates a function from a folder, as `fgs functions deploy` does. */
  async deploy(folder: string, settings: DeploySettings = {}): Promise<Deployed> {
    const { name, runtime, handler, memory, timeout, env = {}, args = [] } = settings;
    const flags = Object.entries({ name, runtime, handler, memory, timeout }).flatMap(([flag, value]) =>
      value === undefined ? [] : [`--${flag}`, String(value)],
    );
    const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
    const deployed = await this.#json(['functions', 'deploy', folder, ...flags, ...variables, ...args]);
    return { name: String(deployed.func_name), urn: String(deployed.func_urn) };
  }

  /**
   * Calls a function and waits for its result. `qualifier`: a version, or `!` and an alias. Throws `FunctionFailed` when the
   * function fails.
   */
  async invoke(name: string, event: unknown = {}, qualifier = 'latest'): Promise<InvokeAnswer> {
    const { data } = await this.#client.call('invokeFunction', {
      params: this.#function(name, qualifier),
      body: bytesOf(event),
      headers: { 'X-CFF-Request-Version': 'v1', 'X-Cff-Log-Type': 'tail' },
    });
    const answer = data as {
      readonly result: string;
      readonly log: string;
      readonly status: number;
      request_id: string;
    };
    const fields = { result: parsed(answer.result), log: answer.log, requestId: answer.request_id };
    if (answer.status !== 200) throw new FunctionFailed(name, fields);
    return fields;
  }

  /** Queues a call; resolves with its request id once it is stored. */
  async invokeAsync(name: string, event: unknown = {}, qualifier = 'latest'): Promise<string> {
    const { data } = await this.#client.call('asyncInvokeFunction', {
      params: this.#function(name, qualifier),
      body: bytesOf(event),
    });
    return (data as { readonly request_id: string }).request_id;
  }

  /** Waits until a queued call has ended, with its retries. */
  async waitForAsync(name: string, requestId: string, timeoutSeconds = 60): Promise<AsyncOutcome> {
    const args = ['invocations', 'wait', name, requestId, '--timeout', String(timeoutSeconds)];
    const { status } = await this.#json(args, [0, 6]);
    return { requestId, status: String(status) };
  }

  /** The last 200 lines that a function logged within an hour, oldest first. */
  async logs(name: string): Promise<LogLine[]> {
    const text = await this.fgs(['functions', 'logs', name, '--output', 'json']);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Runs a command of `fgs` against this server; resolves with its output. Rejects with its error text. */
  fgs(args: readonly string[], accepted: readonly number[] = [0]): Promise<string> {
    const command = [...args, '--credentials', this.#server.file];
    return new Promise((resolve, reject) => {
      execFile(this.#programs.fgs, command, { maxBuffer: MOST_OUTPUT_BYTES }, (error, stdout, stderr) => {
        if (error === null || accepted.includes(Number(error.code))) resolve(stdout);
        else reject(new Error(`fgs ${args.join(' ')}\n${stderr.trimEnd() || error.message}`));
      });
    });
  }

  /** Resolves when its processes, sandboxes and files are gone. */
  stop(): Promise<void> {
    return this.#server.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #json(args: readonly string[], accepted?: readonly number[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.fgs([...args, '--output', 'json'], accepted)) as Record<string, unknown>;
  }

  #function(name: string, qualifier: string): { project_id: string; function_urn: string } {
    const { project_id, region } = this.credentials;
    const urn = name.startsWith('urn:')
      ? name
      : `urn:fss:${region}:${project_id}:function:default:${name}:${qualifier}`;
    return { project_id, function_urn: urn };
  }
}

function bytesOf(event: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(event));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

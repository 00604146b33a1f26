import { ApiError, type Client, signRequest } from '@funcgraph/api';
import { zipped } from '../functions.ts';
import { compileJar, whyNoJava } from '../java-code.ts';
import type { Target } from './target.ts';

const CODE = {
  node: 'exports.handler = async (event, context) => ({ hello: "world" });',
  url: 'exports.handler = async (event, context) => ({ statusCode: 200, isBase64Encoded: false, headers: {"content-type": "application/json"}, body: "{\\"hello\\":\\"world\\"}" });',
  logs: 'exports.handler = async (event, context) => { for (let n = 0; n < 10; n += 1) console.log("line", n); return { hello: "world" }; };',
  logsOfPython:
    'def handler(event, context):\n    for n in range(10):\n        print("line", n)\n    return {"hello": "world"}\n',
  // takes as long as its event says
  held: 'exports.handler = (event, context) => new Promise((end) => event.holdMs ? setTimeout(end, event.holdMs) : end({ hello: "world" }));',
  python: 'def handler(event, context):\n    return {"hello": "world"}\n',
  java: `package bench; public class Hello {
    public java.util.Map<String, String> hello(java.util.Map<String, Object> event) {
      return java.util.Collections.singletonMap("hello", "world");
    }
  }`,
} as const;
const RUNTIMES = {
  node: /^Node\.js/,
  url: /^Node\.js/,
  logs: /^Node\.js/,
  held: /^Node\.js/,
  logsOfPython: /^Python3/,
  python: /^Python3/,
  java: /^Java/,
};

export type Language = keyof typeof CODE;

/** The same bytes for each function: compiling takes a second. */
let jar: Buffer | undefined;

function codeOf(language: Language): { readonly handler: string; readonly code_type: string; readonly bytes: Buffer } {
  if (language !== 'java') return { handler: 'index.handler', code_type: 'inline', bytes: Buffer.from(CODE[language]) };
  jar ??= compileJar({ 'bench/Hello.java': CODE.java });
  return { handler: 'bench.Hello.hello', code_type: 'jar', bytes: jar };
}

/** Deploys a hello function on the newest runtime of a language that the machine has; undefined without one. */
export async function deployHello(target: Target, language: Language, name: string): Promise<string | undefined> {
  if (language === 'java' && whyNoJava() !== undefined) return undefined;
  const { runtimes } = (await target.client.call('listRuntimes')).data;
  const runtime = runtimes.filter((one) => one.available && RUNTIMES[language].test(one.name)).at(-1);
  if (runtime === undefined) return undefined;
  const { handler, code_type, bytes } = codeOf(language);
  const { data } = await target.client.call('createFunction', {
    params: { project_id: target.credentials.project_id },
    body: {
      func_name: name,
      package: 'default',
      runtime: runtime.name,
      handler,
      timeout: language === 'held' ? 900 : 30,
      memory_size: 256,
      code_type,
      ...(code_type === 'jar' ? { code_filename: 'code.jar' } : {}),
      func_code: { file: bytes.toString('base64') },
    } as never,
  });
  return (data as { func_urn: string }).func_urn;
}

const EVENT = new TextEncoder().encode('{"name":"bench"}');
const START = new TextEncoder().encode('{"input":{}}');

export async function invoke(
  client: Client,
  projectId: string,
  urn: string,
): Promise<{ cold: boolean; totalMs: number }> {
  const answer = await client.call('invokeFunction', {
    params: { project_id: projectId, function_urn: urn },
    body: EVENT,
    headers: { 'X-CFF-Request-Version': 'v1' },
  });
  const data = answer.data as { status: number; result: string };
  if (data.status !== 200) throw new ApiError(data.result, { code: 'bench', status: data.status });
  const summary = JSON.parse(answer.headers.get('x-cff-invoke-summary') ?? '{}') as {
    receipt: { cold: boolean; total_ms: number };
  };
  return { cold: summary.receipt.cold, totalMs: summary.receipt.total_ms };
}

/** Answer v1 with the end of the log, as the console calls. */
export const TAILED = { 'X-CFF-Request-Version': 'v1', 'X-Cff-Log-Type': 'tail' };

/** The bytes of one signed call; a signature is good for fifteen minutes. */
export function signedRequest(
  target: Target,
  urn: string,
  operation: 'invocations' | 'invocations-async',
  headers: Record<string, string>,
): Promise<Uint8Array> {
  return signedPost(target, `fgs/functions/${urn}/${operation}`, EVENT, headers);
}

/** The whole request that starts a run of a flow. */
export function signedStart(target: Target, { workflow_id }: { workflow_id: string }): Promise<Uint8Array> {
  return signedPost(target, `fgs/workflows/${workflow_id}/executions`, START, {});
}

async function signedPost(
  target: Target,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Uint8Array> {
  const { endpoint, project_id, access_key: accessKey, secret_key: secretKey } = target.credentials;
  const url = new URL(`${endpoint}/v2/${project_id}/${path}`);
  const all = { 'Content-Type': 'application/json', ...headers };
  const signed = await signRequest(
    { method: 'POST', url, headers: all, body, nowMs: Date.now() },
    { accessKey, secretKey },
  );
  const lines = Object.entries({ ...all, ...signed, Host: url.host, 'Content-Length': String(body.length) }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  return Buffer.concat([Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

/** Deploys files on the newest runtime whose name begins with `runtime`; an http function needs a `bootstrap` among them. */
export async function deployFiles(
  target: Target,
  { name, runtime, files }: { name: string; runtime: string; files: Readonly<Record<string, string>> },
): Promise<string> {
  const { runtimes } = (await target.client.call('listRuntimes')).data;
  const found = runtimes.filter((one) => one.available && one.name.startsWith(runtime)).at(-1);
  if (found === undefined) throw new Error(`this machine has no runtime ${runtime}`);
  const { data } = await target.client.call('createFunction', {
    params: { project_id: target.credentials.project_id },
    body: {
      func_name: name,
      package: 'default',
      runtime: found.name,
      handler: found.name === 'http' ? 'bootstrap' : 'index.handler',
      timeout: 30,
      memory_size: 256,
      code_type: 'zip',
      code_filename: 'code.zip',
      func_code: { file: zipped(files) },
      // one web server takes many requests, as it would alone
      ...(found.name === 'http' ? { strategy_config: { concurrency: 1, concurrent_num: 100 } } : {}),
    },
  });
  return data.func_urn;
}

/** Gives a function a URL that anybody may call; returns its path. */
export async function publish(target: Target, urn: string): Promise<string> {
  const params = { project_id: target.credentials.project_id, function_urn: urn.replace(/:latest$/, '') };
  const { data } = await target.client.call('setFunctionUrl', { params, body: { enabled: true, auth: 'none' } });
  return data.path;
}

const prewarmed = async (target: Target): Promise<number> =>
  (await target.client.call('showGauges')).data.instances.prewarmed;

/** Until at least one runtime waits for code. */
export async function waitForPrewarmed(target: Target): Promise<void> {
  while ((await prewarmed(target)) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Until as many runtimes wait for code as the server wants to. */
export async function waitForFullPool(target: Target): Promise<void> {
  let same = 0;
  let last = -1;
  while (same < 10) {
    const now = await prewarmed(target);
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

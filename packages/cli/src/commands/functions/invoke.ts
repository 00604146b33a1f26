import { LIMITS } from '@funcgraph/api';
import {
  type Connection,
  connect,
  explained,
  explainedItems,
  FUNCTION_FLAGS,
  type FunctionParams,
} from '../../connection/index.ts';
import { type Context, defineCommand, EXIT, flag, type Output, usageError } from '../../framework/index.ts';
import { readJsonInput } from '../../input/index.ts';
import { receiptLine } from '../receipt-text.ts';
import { templateBytes, testEventBytes } from '../test-events/find.ts';
import { findReceipt } from './find-receipt.ts';
import { invokeRepeatedly, MOST_REPEATS } from './invoke-repeatedly.ts';
import { invokeStream } from './invoke-stream.ts';

/** The event as bytes, within the server's limit. */
async function readEvent(
  flags: { data: string | undefined; 'data-file': string | undefined; async: boolean },
  context: Context,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = {
    text: flags.data,
    file: flags['data-file'],
    flag: '--data',
    noun: 'event',
    limitBytes: flags.async ? LIMITS.asyncEventBytes : LIMITS.syncEventBytes,
  };
  return new Uint8Array((await readJsonInput(source, context)) ?? Buffer.from('{}'));
}

/** The event that a flag names, instead of one in the command; undefined without such a flag. */
async function savedEvent(
  flags: { 'test-event': string | undefined; template: string | undefined; package: string },
  connection: Connection,
  fn: string,
  { signal }: Context,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { 'test-event': name, template } = flags;
  if (template !== undefined) return templateBytes(connection, template, signal);
  return name === undefined
    ? undefined
    : testEventBytes(connection, connection.functionParams(fn, flags.package), name, signal);
}

async function invokeSync(
  connection: Connection,
  params: FunctionParams,
  body: Uint8Array<ArrayBuffer>,
  log: boolean,
  context: Context,
): Promise<Output> {
  const headers = { 'X-CFF-Request-Version': 'v0', ...(log ? { 'X-Cff-Log-Type': 'tail' } : {}) };
  const answer = await connection.client.bytes('invokeFunction', { params, body, headers, signal: context.signal });
  const failed = answer.headers.get('x-is-func-err') === 'true';
  const requestId = answer.headers.get('x-cff-request-id') ?? '';
  const tail = Buffer.from(answer.headers.get('x-cff-function-log') ?? '', 'base64')
    .toString('utf8')
    .trimEnd();
  const receipt = requestId === '' ? undefined : await findReceipt(connection, requestId, context.signal);
  const summary = receipt ? receiptLine(receipt) : `${requestId}  ${failed ? 'failed' : 'ok'} (no receipt)`;
  return {
    kind: 'bytes',
    bytes: answer.bytes,
    note: [tail, summary].filter((part) => part !== '').join('\n'),
    data: {
      request_id: requestId,
      failed,
      error_code: Number(answer.headers.get('x-func-err-code') ?? 0),
      result: Buffer.from(answer.bytes).toString('utf8'),
      ...(log ? { log: tail } : {}),
      receipt: receipt ?? null,
    },
    exitCode: failed ? EXIT.functionFailed : EXIT.ok,
  };
}

async function invokeAsync(
  connection: Connection,
  params: FunctionParams,
  body: Uint8Array<ArrayBuffer>,
  name: string,
  context: Context,
): Promise<Output> {
  const { data } = await connection.client.call('asyncInvokeFunction', { params, body, signal: context.signal });
  return {
    kind: 'message',
    text: `${data.request_id}  accepted; it is on disk and will run. Its state: fgs invocations list ${name} --async`,
    data,
  };
}

interface InvokeRequest {
  readonly name: string;
  readonly package: string;
  readonly qualifier: string | undefined;
  readonly event: Uint8Array<ArrayBuffer>;
  readonly log: boolean;
}

/** Invokes and waits. Used by `functions invoke` and `up`. */
export function invokeOnce(connection: Connection, request: InvokeRequest, context: Context): Promise<Output> {
  const params = connection.functionParams(request.name, request.package, request.qualifier);
  return invokeSync(connection, params, request.event, request.log, context);
}

export const invoke = defineCommand({
  name: 'functions invoke',
  summary: 'Run a function: its result to standard output as it is, receipt and log to standard error',
  flags: {
    data: flag.text('JSON|@FILE', 'the event; {} when absent; @- reads standard input', { short: 'd' }),
    'data-file': flag.text('FILE', 'the same as --data @FILE'),
    'test-event': flag.text('NAME', 'use this saved test event of the function'),
    template: flag.text('KIND', 'the event is a sample, such as apig or timer'),
    async: flag.boolean('store the event and return at once'),
    log: flag.boolean('show the end of the log of this invocation'),
    stream: flag.boolean('show the result as it arrives; for functions with --return-stream on'),
    repeat: flag.integer(
      'N',
      `run it this many times, one after another: a line for each result; at most ${MOST_REPEATS}`,
    ),
    qualifier: flag.text('VERSION|!ALIAS', 'version, or alias after !'),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    `fgs functions invoke hello --data '{"name":"Ada"}'`,
    'fgs functions invoke resize --data @event.json --log > result.json',
    'fgs functions invoke resize --template obs',
    'cat event.json | fgs functions invoke report --data @- --async',
    "fgs functions invoke hello --qualifier '!live' --repeat 200 | sort | uniq -c",
  ],
  async run({ flags, args }, context) {
    if (flags.async && flags.log)
      throw usageError('--log needs a synchronous invocation', 'later: fgs functions logs NAME');
    if (flags.stream && (flags.async || flags.log))
      throw usageError('--stream excludes --async and --log', 'later: fgs functions logs NAME');
    const sources = (['data', 'data-file', 'test-event', 'template'] as const).filter(
      (flag) => flags[flag] !== undefined,
    );
    if (sources.length > 1)
      throw usageError(`give the event as one of ${sources.map((flag) => `--${flag}`).join(' and ')}`);
    if (flags.repeat !== undefined && (flags.async || flags.log || flags.stream))
      throw usageError('--repeat excludes --async, --log and --stream');
    if (flags.repeat !== undefined && (flags.repeat < 1 || flags.repeat > MOST_REPEATS))
      throw usageError(`--repeat must be 1 to ${MOST_REPEATS}`);
    const given = await readEvent(flags, context);
    const connection = await connect(flags, context);
    const event = (await savedEvent(flags, connection, args.function, context)) ?? given;
    const { package: pkg, qualifier, log } = flags;
    const params = connection.functionParams(args.function, pkg, qualifier);
    const { client } = connection;
    if (flags.stream || flags.repeat !== undefined) {
      const items =
        flags.repeat === undefined
          ? invokeStream(connection, params, event, context)
          : invokeRepeatedly(connection, { params, event, times: flags.repeat }, context);
      return { kind: 'stream', items: explainedItems(items, client, params, context.signal) };
    }
    try {
      if (flags.async) return await invokeAsync(connection, params, event, args.function, context);
      return await invokeOnce(connection, { name: args.function, package: pkg, qualifier, event, log }, context);
    } catch (error) {
      throw await explained(error, client, params, context.signal);
    }
  },
});

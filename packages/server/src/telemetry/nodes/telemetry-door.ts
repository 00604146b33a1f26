import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClusterListener } from '../../cluster/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { TelemetryError } from '../errors.ts';
import type { LogFilter, LogLine } from '../types.ts';
import { CALL_PATH, TAIL_PATH } from './ask-nodes.ts';
import { callOf, filterOf, type NodeCall } from './node-calls.ts';

/** A search of a project names all of its functions. */
const MAX_CALL_BYTES = 4 * 1024 * 1024;
/** Of a follower that reads too slowly: its server asks again, and says that lines are missing. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;
const BEAT_MS = 10_000;

export interface TelemetryDoorDeps {
  readonly answer: (call: NodeCall) => Promise<object>;
  readonly tail: (filter: LogFilter, onLines: (lines: readonly LogLine[]) => void) => () => void;
  readonly clock: Clock;
  /** Fires when this server begins to stop: followers need not be waited for. */
  readonly stopping: AbortSignal;
}

/** Where other servers ask this one. The door lets in only members of the cluster; what they send is checked again. */
export function openTelemetryDoor(listener: Pick<ClusterListener, 'route'>, deps: TelemetryDoorDeps): void {
  const tails = new Set<ServerResponse>();
  deps.stopping.addEventListener('abort', () => {
    for (const response of tails) response.end();
  });
  listener.route(
    'POST',
    CALL_PATH,
    async (request, response) => {
      const call = callOf(await jsonOf(request));
      if (call === undefined) return send(response, 400, { code: 'unknown_call' });
      try {
        send(response, 200, await deps.answer(call));
      } catch (error) {
        if (!isOfQuery(error)) throw error;
        send(response, 400, { code: error.code, message: error.message });
      }
    },
    { body: MAX_CALL_BYTES },
  );
  listener.route('POST', TAIL_PATH, async (request, response) => {
    const filter = filterOf(await jsonOf(request));
    if (filter === undefined) return send(response, 400, { code: 'unknown_call' });
    tails.add(response);
    response.once('close', () => tails.delete(response));
    serveTail(response, filter, deps);
  });
}

function serveTail(response: ServerResponse, filter: LogFilter, { tail, clock }: TelemetryDoorDeps): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  const stop = tail(filter, (lines) => {
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
    else response.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  });
  let beat: Timer;
  const beatLater = (): void => {
    beat = clock.after(BEAT_MS, () => {
      response.write('\n');
      beatLater();
    });
  };
  beatLater();
  response.once('close', () => {
    beat.cancel();
    stop();
  });
}

/** Errors of the telemetry thread are recognized by code. */
function isOfQuery(error: unknown): error is TelemetryError {
  const { code } = error as { readonly code?: unknown };
  return error instanceof Error && (code === 'telemetry.cursor' || code === 'telemetry.query');
}

/** Undefined for anything but JSON. The listener has limited the bytes. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

import type { BodyFrame, InitFrame, InvokeFrame } from '@funcgraph/runtimes';
import { PROTOCOL_VERSION } from '@funcgraph/runtimes';
import type { FakePeer } from './fake-peer.ts';
import type { Frame } from './frames.ts';

/** How the runtime of a fake sandbox behaves. */
export interface FakeBehaviour {
  readonly peakMemoryBytes?: number;
  onStart(peer: FakePeer): void;
  onFrame(frame: Frame, peer: FakePeer): Promise<void>;
}

/** Returned by a handler that never answers. */
export const HANG = Symbol('hang');

export interface FakeFunction {
  /**
   * Answers one event: bytes or text become the result with code 0, `HANG` never answers, a thrown error becomes a
   * result with code 4002. `peer` can imitate all other actions of a hostile instance.
   */
  readonly handler: (
    event: Buffer,
    invoke: InvokeFrame,
    peer: FakePeer,
  ) => Promise<Uint8Array | string | typeof HANG> | Uint8Array | string | typeof HANG;
  /** Runs at `init`; return false to answer it yourself through `peer` (or never). */
  readonly onInit?: (init: InitFrame, peer: FakePeer) => Promise<boolean> | boolean;
  /** Gets each piece of a body that follows its request; the test must grant credit itself. */
  readonly onBody?: (piece: Buffer, frame: BodyFrame, peer: FakePeer) => void;
  /** It takes requests while one runs; the handler must answer them in order. */
  readonly pipeline?: true;
  /** The server asks for the requests that have not begun. */
  readonly onRecall?: (peer: FakePeer) => void;
  /** The request was cancelled. */
  readonly onCancel?: (requestId: string, peer: FakePeer) => void;
  /** Answers a heartbeat: `true` or `false`, a thrown error with a reason, or `HANG`. */
  readonly onHeartbeat?: (seq: number, peer: FakePeer) => boolean | typeof HANG;
  /** Runs before a graceful stop; answers unless it returns `HANG`. */
  readonly onPreStop?: (peer: FakePeer) => typeof HANG | undefined;
  /** Runs instead of the `hello` frame. */
  readonly onStart?: (peer: FakePeer) => void;
  readonly peakMemoryBytes?: number;
}

/** A runtime that speaks the link protocol and runs `fn` for each event. */
export function behaviourOf(fn: FakeFunction): FakeBehaviour {
  return {
    ...(fn.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: fn.peakMemoryBytes }),
    onStart(peer) {
      if (fn.onStart !== undefined) fn.onStart(peer);
      else peer.send({ type: 'hello', protocol: PROTOCOL_VERSION, runtime: 'fake' });
    },
    async onFrame({ header, body }, peer) {
      switch (header.type) {
        case 'init':
          if (fn.onInit === undefined || (await fn.onInit(header as unknown as InitFrame, peer))) {
            const times = { type: 'ready', loadMs: 0, initMs: 0 } as const;
            peer.send(fn.pipeline === undefined ? times : { ...times, pipeline: true });
          }
          return;
        case 'invoke':
          return answer(fn, header as unknown as InvokeFrame, body, peer);
        case 'body':
          return fn.onBody?.(body, header as unknown as BodyFrame, peer);
        case 'cancel':
          return fn.onCancel?.(String(header.requestId), peer);
        case 'credit':
          return;
        case 'recall':
          return fn.onRecall?.(peer);
        case 'heartbeat':
          return beat(fn, Number(header.seq), peer);
        case 'preStop':
          if (fn.onPreStop?.(peer) !== HANG) peer.send({ type: 'preStopped', ok: true });
          return;
        default:
          throw new Error(`the server sent an unknown frame: ${String(header.type)}`);
      }
    },
  };
}

function beat(fn: FakeFunction, seq: number, peer: FakePeer): void {
  try {
    const ok = fn.onHeartbeat?.(seq, peer) ?? true;
    if (ok !== HANG) peer.send({ type: 'heartbeat', seq, ok });
  } catch (error) {
    peer.send({ type: 'heartbeat', seq, ok: false, error: error instanceof Error ? error.message : String(error) });
  }
}

async function answer(fn: FakeFunction, invoke: InvokeFrame, event: Buffer, peer: FakePeer): Promise<void> {
  const { requestId } = invoke;
  try {
    const result = await fn.handler(event, invoke, peer);
    const ms = fn.pipeline === undefined ? {} : { ms: 0 };
    if (result !== HANG) peer.send({ type: 'result', requestId, code: 0, ...ms }, result);
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    peer.send(
      { type: 'result', requestId, code: 4002 },
      JSON.stringify({ errorMessage, errorType: 'Error', stackTrace: [] }),
    );
  }
}

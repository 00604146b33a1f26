import type { ChildProcess } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';
import { AgentError } from '../agent-error.ts';

const MAX_STATUS = 4096;
const MAX_REASON = 500;
const PATIENCE_MS = 30_000;

/** The sandbox died before its first program could begin. */
export class EndedBeforeStart extends AgentError {}

export interface StartStreams {
  readonly monitor: ChildProcess;
  readonly stderr: Readable;
  /** Where bubblewrap reports the process id of the sandbox's init; undefined without an init process. */
  readonly status: Readable | undefined;
  readonly started: Readable;
  /** `started` is used later too. */
  readonly keepsStarted?: boolean;
}

/**
 * Waits until the sandbox is complete: the starter inside wrote its byte to `started`, and bubblewrap reported the
 * process id of its init on `status`. Resolves to that process id. Rejects with `START_FAILED` and the output of the
 * tools, as `EndedBeforeStart` when no program began.
 */
export function readStart({ monitor, stderr, status, started, keepsStarted }: StartStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    let said = '';
    let isUp = false;
    const onError = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, MAX_REASON);
    };
    const settle = () => {
      const init = status === undefined ? (monitor.pid ?? 0) : Number(/"child-pid": (\d+)/.exec(text)?.[1] ?? 0);
      if (!isUp || init === 0) return;
      stopListening();
      resolve(init);
    };
    const fail = (detail: string, Kind = AgentError) => {
      stopListening();
      reject(new Kind('START_FAILED', `the sandbox did not start: ${said.trim() || detail}`));
    };
    // Its output may not have arrived yet.
    const onClose = () => {
      // all of `started` is read by now
      const Kind = isUp ? AgentError : EndedBeforeStart;
      const giveUp = () => fail(`the launcher ended with ${monitor.exitCode ?? monitor.signalCode}`, Kind);
      if (stderr.closed) giveUp();
      else stderr.once('close', giveUp);
    };
    const timer = setTimeout(() => fail('it took more than 30 s'), PATIENCE_MS);
    const onSpawnError = (error: Error) => fail(error.message);
    const stopListening = () => {
      clearTimeout(timer);
      stderr.off('data', onError);
      monitor.off('close', onClose);
      monitor.off('error', onSpawnError);
      // The status pipe later gets the exit code; it is not read, so its writer must not block.
      status?.resume();
      if (keepsStarted !== true) started.destroy();
    };
    stderr.on('data', onError);
    monitor.once('close', onClose);
    monitor.once('error', onSpawnError);
    status?.on('error', () => status.destroy());
    started.on('error', () => started.destroy());
    status?.on('data', (chunk: Buffer) => {
      if (text.length < MAX_STATUS) text += chunk.toString();
      settle();
    });
    started.once('data', () => {
      isUp = true;
      settle();
    });
  });
}

/** The agent's end of the pipe that the child has as this descriptor. */
export function pipeAt(child: ChildProcess, descriptor: number): Duplex {
  const pipes: readonly unknown[] = child.stdio;
  const pipe = pipes[descriptor];
  if (pipe instanceof Duplex) return pipe;
  throw new Error(`descriptor ${descriptor} is not a pipe`);
}

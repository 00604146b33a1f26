import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { AgentError } from '../../agent-error.ts';

const MAX_STATUS = 4096;
const MAX_REASON = 500;

/**
 * Waits until the sandbox stands: bubblewrap told the process id of its init on `status`, and the starter inside wrote its
 * byte on `started`. Resolves to that process id. Rejects with `START_FAILED` and what the tools said.
 */
export function readStart(monitor: ChildProcess, status: Readable, started: Readable): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    let said = '';
    let isUp = false;
    const onError = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, MAX_REASON);
    };
    const settle = () => {
      const init = Number(/"child-pid": (\d+)/.exec(text)?.[1] ?? 0);
      if (!isUp || init === 0) return;
      stopListening();
      resolve(init);
    };
    const fail = (detail: string) => {
      stopListening();
      reject(new AgentError('START_FAILED', `the sandbox did not start: ${said.trim() || detail}`));
    };
    const onClose = () => fail(`the launcher ended with ${monitor.exitCode ?? monitor.signalCode}`);
    const onSpawnError = (error: Error) => fail(error.message);
    const stopListening = () => {
      monitor.stderr?.off('data', onError);
      monitor.off('close', onClose);
      monitor.off('error', onSpawnError);
      // The status goes on to hold the exit code later; nobody reads it, so nobody may wait for it.
      status.resume();
      started.destroy();
    };
    monitor.stderr?.on('data', onError);
    monitor.once('close', onClose);
    monitor.once('error', onSpawnError);
    status.on('error', () => status.destroy());
    started.on('error', () => started.destroy());
    status.on('data', (chunk: Buffer) => {
      if (text.length < MAX_STATUS) text += chunk.toString();
      settle();
    });
    started.once('data', () => {
      isUp = true;
      settle();
    });
  });
}

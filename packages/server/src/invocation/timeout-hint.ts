import { languageOf } from '@funcgraph/runtimes';

/** Below this share of a processor the request mostly waited; above the other one it mostly computed. */
const WAITING_SHARE = 0.1;
const COMPUTING_SHARE = 0.7;

interface TimedOut {
  readonly runtime: string;
  readonly handlerMs: number;
  /** Null when it is not known for this request alone. */
  readonly cpuMs: number | null;
  /** The last line that the function logged for this request, and how long before the timeout. */
  readonly lastLine: { readonly text: string; readonly agoMs: number } | undefined;
}

/** A line for the log of a function whose request timed out: what it probably did in that time. */
export function timeoutHint({ runtime, handlerMs, cpuMs, lastLine }: TimedOut): string {
  const said =
    lastLine === undefined
      ? 'it logged nothing'
      : `its last line, ${seconds(lastLine.agoMs)} before the end: ${lastLine.text}`;
  return `timed out after ${seconds(handlerMs)}${probably(runtime, handlerMs, cpuMs)}; ${said}`;
}

function probably(runtime: string, handlerMs: number, cpuMs: number | null): string {
  if (cpuMs === null || handlerMs <= 0) return '';
  const used = ` with ${seconds(cpuMs)} of processor time`;
  if (cpuMs < handlerMs * WAITING_SHARE) return `${used}: ${waiting(runtime)}`;
  if (cpuMs > handlerMs * COMPUTING_SHARE)
    return `${used}: it computed all the time, perhaps in a loop that does not end`;
  return used;
}

function waiting(runtime: string): string {
  if (languageOf(runtime)?.id === 'nodejs')
    return 'it waited; perhaps the callback was never called, a promise never settled, or a connection got no answer';
  return 'it waited; perhaps for a connection that got no answer, a lock or a sleep';
}

function seconds(ms: number): string {
  return `${Math.round(ms) / 1000} s`;
}

/** Turns the events of one run into lines, in their order. Events name nodes by the number of their execution. */
export class EventText {
  readonly #nodes = new Map<number, string>();

  line(event: Readonly<Record<string, unknown>>): string {
    const time = typeof event.at === 'number' ? new Date(event.at).toISOString() : '-';
    return `${time}  ${this.#sentence(event)}`;
  }

  #sentence(event: Readonly<Record<string, unknown>>): string {
    const { type, exec, action, attempt, to, via, due } = event;
    if (type === 'node_started' && typeof exec === 'number') this.#nodes.set(exec, String(event.node));
    const node = this.#name(exec);
    const call = [node, ...(action === undefined ? [] : [action]), ...(attempt === 1 ? [] : [`attempt ${attempt}`])];
    const then = to === undefined ? '' : ` → ${to}`;
    switch (type) {
      case 'run_started':
        return 'run started';
      case 'node_started':
        return `${node}: ${event.kind} started${due === undefined ? '' : `, until ${timeOf(due)} at the latest`}`;
      case 'call_started':
        return `${call.join(', ')}: call started`;
      case 'call_finished':
        return `${call.join(', ')}: call ${event.error === undefined ? 'succeeded' : `failed: ${failureText(event.error)}`}`;
      case 'child_started':
        return `${node}: run ${event.run} of the sub-flow started`;
      case 'retry_scheduled':
        return `${node}: next attempt at ${timeOf(due)}`;
      case 'node_finished':
        return `${node}: finished${then}`;
      case 'node_failed':
        return `${node}: failed: ${failureText(event.error)}${via === undefined ? '' : `; handled by ${via}`}${then}`;
      case 'loop_items':
        return `${node}: elements read: ${(event.items as readonly unknown[]).length}`;
      case 'iterations_started':
        return `${node}: iterations started: ${event.count}`;
      case 'callback_received':
        return `${event.key}: callback received${event.error === undefined ? '' : `: ${failureText(event.error)}`}`;
      case 'stop_requested':
        return 'stop requested';
      case 'abandoned':
        return `cancelled: ${(event.execs as readonly number[]).map((one) => this.#name(one)).join(', ')}`;
      case 'run_finished':
        return `run ended: ${event.status}${event.error === undefined ? '' : `: ${failureText(event.error)}`}`;
      default:
        return `${exec === undefined ? '' : `${node}: `}${String(type).replaceAll('_', ' ')}`;
    }
  }

  /** Each iteration of a loop is an execution of its own. */
  #name(exec: unknown): string {
    return this.#nodes.get(exec as number) ?? `execution ${exec}`;
  }
}

const timeOf = (ms: unknown): string => new Date(Number(ms)).toISOString();

function failureText(failure: unknown): string {
  const { error_code: code, error_message: message } = (failure ?? {}) as Readonly<Record<string, unknown>>;
  return [code, message].filter((part) => part !== undefined).join(': ');
}

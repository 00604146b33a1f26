import { ApiError } from '@funcgraph/api';
import { call, enqueue, target } from '../functions.ts';
import type { Member } from './fleet.ts';
import type { Soak } from './soak.ts';
import { pause } from './verdict.ts';

/** Refusals that say that the platform is full, which a caller may repeat. */
const REFUSALS = [429, 503, 507];

/** Calls of all functions, one after the other, until `isOver`. */
export async function work(soak: Soak, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const member = soak.members[Math.floor(Math.random() * soak.members.length)] as Member;
    try {
      await oneCall(soak, member);
    } catch (error) {
      // a call without an answer promises nothing
      const isRefusal = error instanceof ApiError && REFUSALS.includes(error.status);
      soak.ledger.count(isRefusal ? 'refused' : 'unreachable');
      await pause(200);
    }
    await pause(Math.random() * 20);
  }
}

async function oneCall({ server, ledger, nextNumber, part }: Soak, member: Member): Promise<void> {
  const n = nextNumber();
  const ms = Math.random() < 0.1 ? 300 : 0;
  const judge = (status: number, text: string, headers: Headers): void => {
    if (REFUSALS.includes(status)) ledger.count('refused');
    else if (status >= 500 || headers.get('x-is-func-err') === 'true')
      ledger.interrupted(`${status} in part ${part}: ${text}`);
    else if (text !== `{"n":${n}}` && text !== `{"n": ${n}}`) ledger.isWrong(`asked ${n}, got ${text.slice(0, 200)}`);
    else ledger.count('ok');
  };
  if (member.path !== undefined) {
    const answer = await fetch(`${server.gateway}${member.path}?n=${n}`);
    judge(answer.status, await answer.text(), answer.headers);
  } else if (Math.random() < 0.5) {
    const answer = await call(server, member.urn, { n, ms });
    judge(answer.status, answer.text, answer.headers);
  } else {
    ledger.accepted(member.urn, await enqueue(server, member.urn, { n, ms }));
  }
}

/** Changes one function all the time; acknowledged changes must exist after each start. */
export class Changes {
  readonly #urn: string;
  #sent = 0;
  acknowledged = 0;
  readonly lost: string[] = [];

  constructor(urn: string) {
    this.#urn = urn;
  }

  async work(soak: Soak, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.#sent += 1;
      const n = this.#sent;
      // a change without an answer may be stored or not
      await this.#change(soak, n).then(
        () => {
          this.acknowledged = n;
        },
        () => {},
      );
      await pause(500);
    }
  }

  async check({ server }: Soak): Promise<void> {
    const acknowledged = this.acknowledged;
    const { data } = await server.api.call('showFunctionConfig', { params: target(server, this.#urn) });
    const stored = Number(data.description);
    if (stored < acknowledged) this.lost.push(`change ${acknowledged} was acknowledged, ${stored} is stored`);
  }
  async #change({ server }: Soak, n: number): Promise<void> {
    const params = target(server, this.#urn);
    const { func_name, handler, timeout, memory_size, runtime } = (
      await server.api.call('showFunctionConfig', { params })
    ).data;
    const body = { func_name, handler, timeout, memory_size, runtime, description: String(n) };
    await server.api.call('updateFunctionConfig', { params, body });
  }
}

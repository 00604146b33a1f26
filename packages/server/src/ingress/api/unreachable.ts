import { Reply } from '../http/handler.ts';

interface Partial {
  readonly unreachable: readonly string[];
}

/** For answers with a field of ours: which servers could not be asked. */
export function unreachableField({ unreachable }: Partial): { unreachable_servers?: string[] } {
  return unreachable.length === 0 ? {} : { unreachable_servers: [...unreachable] };
}

/** For answers whose form is that of FunctionGraph: the same in a header, which clients pass over. */
export function withUnreachable<Body extends object>(body: Body, { unreachable }: Partial): Body | Reply {
  if (unreachable.length === 0) return body;
  return new Reply(body, { headers: { 'X-Funcgraph-Unreachable': unreachable.map(headerText).join(', ') } });
}

const headerText = (name: string): string => name.replace(/[^\x20-\x2b\x2d-\x7e]/g, '?');

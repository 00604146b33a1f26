import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { MessageState, Schema, Storage } from '../storage/index.ts';
import type { ListRequest } from './types.ts';

/** In the JSON of an outcome; inside a text of it the quotes are escaped. */
const EXPIRED = '%"reason":"expired"%';

/** The messages of a request, in no order. */
export function listed(
  db: Storage['db'],
  { topic, group, states, from, to, ids, notBegun = [], expired }: ListRequest,
) {
  return db
    .selectFrom('message')
    .where('topic', '=', topic)
    .$if(group !== undefined, (query) => query.where('group_key', '=', group ?? ''))
    .$if(states !== undefined, (query) => query.where((eb) => stateOf(eb, states ?? [], notBegun)))
    .$if(from !== undefined, (query) => query.where('enqueued_at', '>=', from ?? 0))
    .$if(to !== undefined, (query) => query.where('enqueued_at', '<', to ?? 0))
    .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
    .$if(expired === true, (query) => query.where('outcome', 'like', EXPIRED))
    .$if(expired === false, (query) =>
      query.where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', 'not like', EXPIRED)])),
    );
}

function stateOf(
  eb: ExpressionBuilder<Schema, 'message'>,
  states: readonly MessageState[],
  notBegun: readonly string[],
): Expression<SqlBool> {
  const inStates = eb('state', 'in', [...states]);
  const [ready, leased] = [states.includes('ready'), states.includes('leased')];
  if (ready === leased || notBegun.length === 0) return inStates;
  const isNotBegun = eb.and([eb('state', '=', 'leased'), eb('id', 'in', [...notBegun])]);
  return ready ? eb.or([inStates, isNotBegun]) : eb.and([inStates, eb.not(isNotBegun)]);
}

import type { RouteResponse, Routes } from '@funcgraph/api';
import { type BrokerStateStore, type ReadTrigger, type StreamLags, TRIGGERS } from '../../triggers/index.ts';
import { apiTime } from './functions-reply.ts';

export interface TriggerConnectionDeps {
  readonly brokerStates: Pick<BrokerStateStore, 'of'>;
  readonly streamLags: Pick<StreamLags, 'of'>;
}

type Connection = NonNullable<RouteResponse<Routes['showFunctionTrigger']>['connection']>;
/** By id of the trigger. */
export type Connections = ReadonlyMap<string, Connection>;

/** Kinds that read a broker, a stream or a log. */
const CONNECTABLE: ReadonlySet<string> = new Set(
  TRIGGERS.flatMap(({ code, broker, stream, readsLog }) => (broker || stream || readsLog ? [code] : [])),
);

/** How enabled triggers of brokers and streams are connected. */
export async function connectionsOf(
  enabled: readonly ReadTrigger[],
  { brokerStates, streamLags }: TriggerConnectionDeps,
): Promise<Connections> {
  const connectable = enabled.filter(({ settings }) => CONNECTABLE.has(settings.kind));
  const states = await brokerStates.of(connectable.map(({ id }) => id));
  const connections = new Map<string, Connection>();
  for (const trigger of connectable) {
    const state = states.get(trigger.id);
    if (state === undefined) continue;
    const { error, since } = state;
    const lag = await streamLags.of(trigger);
    connections.set(trigger.id, {
      state: error === undefined ? 'CONNECTED' : 'RETRYING',
      ...{ error: error ?? '', since: apiTime(since) },
      ...(lag === undefined ? {} : { lag }),
    });
  }
  return connections;
}

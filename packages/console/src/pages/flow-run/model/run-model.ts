import { type NodeTry, type RunEvent, RunHistory } from '@funcgraph/flow';

/** A try with its number among those of its node, by which the address and the server's details name it. */
export interface ShownTry extends NodeTry {
  readonly nth: number;
}

export interface RunModel {
  /** In the order in which they began. */
  readonly tries: readonly ShownTry[];
  readonly byNode: ReadonlyMap<string, readonly ShownTry[]>;
  /** How often each error node handled a failure. */
  readonly handled: ReadonlyMap<string, number>;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Of the run that this one continues. */
  readonly origin: { readonly run: string; readonly node: string } | undefined;
  readonly parent: string | undefined;
}

/** What the log of a run, as far as it is known, says about its nodes. */
export function runModel(events: readonly RunEvent[]): RunModel {
  const history = new RunHistory();
  const handled = new Map<string, number>();
  for (const event of events) {
    history.add(event);
    if (event.type === 'node_failed' && event.via !== undefined) {
      handled.set(event.via, (handled.get(event.via) ?? 0) + 1);
    }
  }
  const byNode = new Map<string, ShownTry[]>();
  const tries = history.tries.map((each) => {
    const those = byNode.get(each.node) ?? [];
    byNode.set(each.node, those);
    const shown = { ...each, nth: those.length };
    those.push(shown);
    return shown;
  });
  return {
    tries,
    byNode,
    handled,
    startedAt: history.started?.at,
    endedAt: history.end?.at,
    origin: history.started?.origin,
    parent: history.started?.parent?.run,
  };
}

/** What a try ran in, as a text that no other place has. */
export const placeOf = ({ node, inside }: Pick<NodeTry, 'node' | 'inside'>): string =>
  JSON.stringify([...inside.map((around) => [around.node, around.index]), node]);

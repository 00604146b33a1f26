import type { FlowDefinition } from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { FlowStore } from '../definitions/flow-store.ts';
import { readTriggers } from './read-triggers.ts';
import { tooMany } from './trigger-faults.ts';

export interface OlderFlowsDeps {
  readonly store: Pick<FlowStore, 'withoutTriggers' | 'makeTriggers'>;
  readonly now: number;
  readonly log: Pick<Logger, 'warn'>;
}

const PAGE = 100;

/**
 * Gives flows that were saved before their triggers had rows those of their definitions, as saving them again would. Timers
 * count from `now`. What saving would refuse stays without effect and is logged; so are paths that others serve.
 */
export async function makeTriggersOfOlderFlows({ store, now, log }: OlderFlowsDeps): Promise<void> {
  for (;;) {
    const flows = await store.withoutTriggers(PAGE);
    for (const { flow, body } of flows) {
      const { id: flowId, projectId, name } = flow;
      const { triggers, faults } = readTriggers(JSON.parse(body) as FlowDefinition, {
        projectId,
        flowId,
        storedOf: () => undefined,
      });
      // a second one of the same name or path is a fault
      const distinct = [...new Map(triggers.toReversed().map((each) => [each.routeKey ?? each.id, each])).values()];
      const skipped = faults.map(({ field, message }) => `${field}: ${message}`);
      const outcome = await store.makeTriggers(flow, distinct, now);
      if (outcome !== 'made') {
        const isRoute = outcome === 'route';
        skipped.push(isRoute ? 'another trigger serves a path of the flow' : tooMany(outcome.full).message);
        const others = distinct.filter(
          ({ routeKey, kind }) => routeKey === undefined && kind.mostOfProject === undefined,
        );
        await store.makeTriggers(flow, others, now);
      }
      if (skipped.length > 0) log.warn({ flow: name, projectId, skipped }, 'triggers of an older flow have no effect');
    }
    if (flows.length < PAGE) return;
  }
}

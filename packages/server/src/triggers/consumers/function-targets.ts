import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Catalog, Trigger } from '../../control/index.ts';
import type { AsyncInvocations, SourceInvocations } from '../../invocation/index.ts';
import { idOf } from '../../lib/ids.ts';
import type { SourceDeps } from '../trigger-kind.ts';
import type { SourceTargets, SourceTrigger } from './source-trigger.ts';

export interface FunctionTargetsDeps {
  readonly catalog: Pick<Catalog, 'facts' | 'allTriggers'>;
  readonly invocations: Pick<SourceInvocations, 'run' | 'store'>;
  readonly async: Pick<AsyncInvocations, 'accept'>;
  readonly leftOut: SourceDeps['leftOut'];
  readonly region: string;
}

/** A batch runs the function until it succeeds or fails permanently; an event is an asynchronous invocation. */
export class FunctionTargets implements SourceTargets {
  readonly #deps: FunctionTargetsDeps;

  constructor(deps: FunctionTargetsDeps) {
    this.#deps = deps;
  }

  *triggers(kinds: { has(code: string): boolean }): Iterable<SourceTrigger> {
    for (const trigger of this.#deps.catalog.allTriggers()) {
      if (trigger.active && kinds.has(trigger.settings.kind)) yield this.#source(trigger);
    }
  }

  onChange(changed: () => void): () => void {
    return this.#deps.catalog.facts.on('triggers.updated', changed);
  }

  #source(trigger: Trigger): SourceTrigger {
    const { invocations, async, leftOut, region } = this.#deps;
    const { id, fn, qualifier } = trigger;
    const urn: FunctionUrn = { region, ...fn, qualifier: parseQualifier(qualifier) };
    return {
      ...trigger,
      labels: { project: fn.projectId, package: fn.package, function: fn.name, trigger: id },
      async run({ id: batchId, place: _, ...event }, statements) {
        const end = await invocations.run({ urn, requestId: idOf(`${id} ${batchId}`), ...event });
        return invocations.store(end, statements);
      },
      accept: async (event, statements) => void (await async.accept({ urn, ...event }, statements)),
      leaveOut: ({ event, requestId }, message) => leftOut({ urn, event, requestId, message }),
    };
  }
}

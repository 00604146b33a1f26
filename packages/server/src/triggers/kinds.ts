import type { Trigger } from '../control/index.ts';
import type { Fact } from '../services/index.ts';
import { cts } from './cts/index.ts';
import { dis } from './dis/index.ts';
import { event } from './event/index.ts';
import { apig, dedicatedGateway } from './gateway/index.ts';
import { kafka, openSourceKafka } from './kafka/index.ts';
import { lts } from './lts/index.ts';
import { obs } from './obs/index.ts';
import { rabbitmq } from './rabbitmq/index.ts';
import { smn } from './smn/index.ts';
import { timer } from './timer/index.ts';
import type { SourceDeps, TriggerKind, TriggerSource } from './trigger-kind.ts';

/** Every kind of trigger. */
export const TRIGGERS: readonly TriggerKind[] = [
  timer,
  apig,
  dedicatedGateway,
  obs,
  smn,
  cts,
  dis,
  event,
  lts,
  rabbitmq,
  kafka,
  openSourceKafka,
];

const BY_CODE: ReadonlyMap<string, TriggerKind> = new Map(TRIGGERS.map((kind) => [kind.code, kind]));

/** The event of a fact for a trigger of any kind; undefined when it does not ask for such a fact. */
export function eventFor(
  { id, settings }: { readonly id: string; readonly settings: Pick<Trigger['settings'], 'kind'> },
  fact: Fact,
): Buffer | undefined {
  // settings of a kind that listens to facts are those of the kind, whatever starts
  return BY_CODE.get(settings.kind)?.event?.({ id, settings: settings as Trigger['settings'] }, fact);
}

/** The right that setting a trigger of the kind needs besides; undefined when none. */
export function revealedBy(code: string): string | undefined {
  return BY_CODE.get(code)?.reveals;
}

/** The sources of all kinds and others, as one. */
export function triggerSources({ log, ...deps }: SourceDeps, others: readonly TriggerSource[]): TriggerSource {
  const ofKinds = TRIGGERS.flatMap(
    ({ code, source }) => source?.({ ...deps, log: log.child({ trigger: code }) }) ?? [],
  );
  const sources = [...ofKinds, ...others];
  return {
    start(continuation) {
      for (const source of sources) source.start(continuation);
    },
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}

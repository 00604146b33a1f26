import { apig, dedicatedGateway } from './gateway/index.ts';
import { obs } from './obs/index.ts';
import { smn } from './smn/index.ts';
import { timer } from './timer/index.ts';
import type { SourceDeps, TriggerKind, TriggerSource } from './trigger-kind.ts';

/** Every kind of trigger. */
export const TRIGGERS: readonly TriggerKind[] = [timer, apig, dedicatedGateway, obs, smn];

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

import type { ErrorViolation } from '@funcgraph/api';
import type { TriggerSources } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkTopic, isSmn } from '../../triggers/index.ts';
import type { DefinedTrigger } from './flow-trigger.ts';

/** Triggers whose topic does not exist. */
export async function topicFaults(
  triggers: readonly DefinedTrigger[],
  { projectId, sources }: { readonly projectId: string; readonly sources: TriggerSources },
): Promise<ErrorViolation[]> {
  const faults: ErrorViolation[] = [];
  for (const { settings, index } of triggers) {
    if (!isSmn(settings)) continue;
    try {
      await checkTopic(settings, projectId, sources);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'trigger_topic_not_found') throw error;
      faults.push({ code: 'X-55', field: `triggers[${index}].trigger_config.topic_urn`, message: error.message });
    }
  }
  return faults;
}

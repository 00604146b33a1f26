import type { TriggerFields } from '@funcgraph/api';
import type { NewTriggerOf, TriggerNeighbours } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';

export interface LtsSettings {
  readonly kind: 'LTS';
  readonly name: string;
  /** As written; that of the project. */
  readonly groupId: string;
  /** Id of the function whose log it is. */
  readonly streamId: string;
}

const CODE = 'invalid_lts_trigger';
const HINT = 'showLtsLogDetails of the function whose log it is answers group_id and stream_id.';

/** Reads them from decoded `event_data`. */
export function readLts(data: TriggerFields<'LTS'>): LtsSettings {
  const { name, log_group_id: groupId = '', log_topic_id: streamId = '' } = data;
  return { kind: 'LTS', name: name || 'lts', groupId, streamId };
}

/** Throws `invalid_lts_trigger`. */
export function checkLts({ groupId, streamId }: LtsSettings): void {
  if (groupId === '') throw new PlatformError(CODE, 'log_group_id is missing', { hint: HINT });
  if (streamId === '') throw new PlatformError(CODE, 'log_topic_id is missing', { hint: HINT });
}

/** Throws `invalid_lts_trigger` for a log that does not exist, and for one that the trigger would make longer without end. */
export function checkLog({ fn, functionId, settings }: NewTriggerOf<LtsSettings>, around: TriggerNeighbours): void {
  const { groupId, streamId } = settings;
  if (groupId !== fn.projectId || !around.hasFunction(streamId)) {
    const message = `the project has no log ${groupId.slice(0, 64)}/${streamId.slice(0, 64)}`;
    throw new PlatformError(CODE, message, { hint: HINT });
  }
  const edges = new Map<string, string[]>();
  for (const other of around.ofProject()) {
    if (!isLts(other.settings)) continue;
    edges.set(other.settings.streamId, [...(edges.get(other.settings.streamId) ?? []), other.functionId]);
  }
  if (functionId !== undefined && reaches(edges, functionId, streamId)) {
    throw new PlatformError(CODE, 'the function would be started by log lines that it causes itself', {
      hint: 'Read the log of another function, of which no trigger leads to that log again.',
    });
  }
}

export function isLts(settings: { readonly kind: string }): settings is LtsSettings {
  return settings.kind === 'LTS';
}

/** Whether lines in the log of one function lead to lines in that of another. */
function reaches(edges: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [from];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    next.push(...(edges.get(at) ?? []));
  }
  return false;
}

import { randomUUID } from 'node:crypto';
import type { LifecycleRule } from '../../../services/index.ts';
import { StorageError } from '../errors.ts';
import { all, type Element, maybe, refuseOthers, textOf } from './read.ts';
import type { Node } from './write.ts';

/** Throws `NotImplemented` for rules that do more than expire objects and end uploads after days. */
export function lifecycleOf(root: Element): LifecycleRule[] {
  refuseOthers(root, ['Rule']);
  return all(root, 'Rule').map(ruleOf);
}

function ruleOf(rule: Element): LifecycleRule {
  refuseOthers(rule, ['ID', 'Status', 'Prefix', 'Filter', 'Expiration', 'AbortIncompleteMultipartUpload']);
  const status = textOf(rule, 'Status').trim();
  if (status !== 'Enabled' && status !== 'Disabled') {
    throw new StorageError('MalformedXML', 'The status of a rule must be Enabled or Disabled.');
  }
  const expireDays = daysOf(maybe(rule, 'Expiration'), 'Days');
  const abortUploadDays = daysOf(maybe(rule, 'AbortIncompleteMultipartUpload'), 'DaysAfterInitiation');
  return {
    id: maybe(rule, 'ID')?.text || randomUUID(),
    enabled: status === 'Enabled',
    prefix: prefixOf(rule),
    ...(expireDays === undefined ? {} : { expireDays }),
    ...(abortUploadDays === undefined ? {} : { abortUploadDays }),
  };
}

/** Older clients write the prefix into the rule, newer ones into a filter. */
function prefixOf(rule: Element): string {
  const filter = maybe(rule, 'Filter');
  const own = maybe(rule, 'Prefix');
  if (filter !== undefined && own !== undefined) {
    throw new StorageError('MalformedXML', 'A rule can have a Filter or a Prefix, not both.');
  }
  if (filter === undefined) return own?.text ?? '';
  refuseOthers(filter, ['Prefix']);
  return maybe(filter, 'Prefix')?.text ?? '';
}

function daysOf(element: Element | undefined, name: string): number | undefined {
  if (element === undefined) return undefined;
  refuseOthers(element, [name]);
  const text = textOf(element, name).trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new StorageError('MalformedXML', `${name} is not a number of days.`);
}

/** Clients that sign in an older way than version 4 know no filters. */
export function lifecycleNode(rules: readonly LifecycleRule[], knowsFilters: boolean): Node {
  return {
    Rule: rules.map(({ id, enabled, prefix, expireDays, abortUploadDays }) => ({
      ID: id,
      ...(knowsFilters ? { Filter: { Prefix: prefix } } : { Prefix: prefix }),
      Status: enabled ? 'Enabled' : 'Disabled',
      Expiration: expireDays === undefined ? undefined : { Days: expireDays },
      AbortIncompleteMultipartUpload:
        abortUploadDays === undefined ? undefined : { DaysAfterInitiation: abortUploadDays },
    })),
  };
}

import { randomUUID } from 'node:crypto';
import type { NotificationRule, ObjectEvent } from '../../../services/index.ts';
import { StorageError } from '../errors.ts';
import type { Dialect } from '../signatures/claim.ts';
import { all, type Element, maybe, refuseOthers, textOf } from './read.ts';
import type { Node } from './write.ts';

type RuleEvent = NotificationRule['events'][number];

const EVENTS: readonly RuleEvent[] = [
  'ObjectCreated:*',
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:*',
  'ObjectRemoved:Delete',
] satisfies readonly (ObjectEvent | 'ObjectCreated:*' | 'ObjectRemoved:*')[];

/** Elements of rules that name a function, and that of the function: of OBS, and of S3 in its three spellings. */
const TARGETS = {
  FunctionGraphConfiguration: 'FunctionGraph',
  CloudFunctionConfiguration: 'CloudFunction',
  LambdaFunctionConfiguration: 'LambdaFunctionArn',
} as const;

/** Throws `NotImplemented` for rules with other targets than functions, and `InvalidArgument` for unknown events. */
export function notificationOf(root: Element): NotificationRule[] {
  refuseOthers(root, Object.keys(TARGETS));
  return Object.entries(TARGETS).flatMap(([name, target]) => all(root, name).map((rule) => ruleOf(rule, target)));
}

function ruleOf(rule: Element, target: string): NotificationRule {
  refuseOthers(rule, ['Id', 'Filter', 'Event', target]);
  const { prefix, suffix } = filterOf(maybe(rule, 'Filter'));
  return {
    id: maybe(rule, 'Id')?.text || randomUUID(),
    target: textOf(rule, target).trim(),
    events: all(rule, 'Event').map(({ text }) => eventOf(text.trim())),
    ...(prefix === undefined ? {} : { prefix }),
    ...(suffix === undefined ? {} : { suffix }),
  };
}

function eventOf(text: string): RuleEvent {
  const name = text.replace(/^s3:/, '');
  const event = EVENTS.find((known) => known === name);
  if (event !== undefined) return event;
  throw new StorageError('InvalidArgument', `The event ${text.slice(0, 60)} is not known.`, {
    hint: `Known are ${EVENTS.join(', ')}.`,
  });
}

function filterOf(filter: Element | undefined): { prefix?: string; suffix?: string } {
  if (filter === undefined) return {};
  refuseOthers(filter, ['Object', 'S3Key']);
  const rules = filter.children.flatMap((key) => {
    refuseOthers(key, ['FilterRule']);
    return all(key, 'FilterRule');
  });
  const found: { prefix?: string; suffix?: string } = {};
  for (const rule of rules) {
    const name = textOf(rule, 'Name').toLowerCase();
    if ((name !== 'prefix' && name !== 'suffix') || found[name] !== undefined) {
      throw new StorageError('InvalidArgument', 'A filter can have one prefix and one suffix.');
    }
    found[name] = textOf(rule, 'Value');
  }
  return found;
}

/** Clients of S3 read functions as CloudFunction, those of OBS in either dialect as FunctionGraph. */
export function notificationNode(rules: readonly NotificationRule[], dialect: Dialect): Node {
  const shown = (target: string): Node =>
    rules.map((rule) => ({
      Id: rule.id,
      [target]: rule.target,
      Event: rule.events.map((event) => (dialect === 'obs' ? event : `s3:${event}`)),
      Filter: filterNode(rule, dialect === 'obs' ? 'Object' : 'S3Key'),
    }));
  const { FunctionGraphConfiguration, CloudFunctionConfiguration } = TARGETS;
  return {
    FunctionGraphConfiguration: shown(FunctionGraphConfiguration),
    ...(dialect === 'obs' ? {} : { CloudFunctionConfiguration: shown(CloudFunctionConfiguration) }),
  };
}

function filterNode({ prefix, suffix }: NotificationRule, name: string): Node {
  const rules = Object.entries({ prefix, suffix }).flatMap(([Name, Value]) =>
    Value === undefined ? [] : [{ Name, Value }],
  );
  return rules.length === 0 ? undefined : { [name]: { FilterRule: rules } };
}

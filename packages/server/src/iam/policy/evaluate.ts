import { type Condition, compileCondition } from './conditions.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { ContextKey, PolicyDocument, RequestContext, Resource, Statement } from './types.ts';

/** A compiled statement. */
export interface Rule {
  readonly allow: boolean;
  /** Lower case. */
  readonly actions: readonly Pattern[];
  /** Undefined: every resource. */
  readonly resources: readonly ((resource: Resource) => boolean)[] | undefined;
  readonly conditions: readonly Condition[];
}

/** The page of the guide and the console write the package `default` with a capital. */
const DEFAULT_AS_SHOWN = /^Default\//;

function resourcePattern(text: string): (resource: Resource) => boolean {
  if (text === '*') return () => true;
  const [service = '', region = '', domain = '', type = '', ...path] = text.split(':');
  const part = (written: string): Pattern => compilePattern(written === '' ? '*' : written.toLowerCase());
  const [isService, isRegion, isDomain, isType] = [part(service), part(region), part(domain), part(type)];
  const isPath = compilePattern(path.join(':').replace(DEFAULT_AS_SHOWN, 'default/'));
  return (resource) =>
    isType(resource.type) &&
    isPath(resource.path) &&
    isService(resource.service) &&
    isRegion(resource.region.toLowerCase()) &&
    isDomain(resource.domainId);
}

/** The text must have gone through `parsePolicy`. */
function ruleOf({ Effect, Action, Resource: resources, Condition: conditions = {} }: Statement): Rule {
  return {
    allow: Effect === 'Allow',
    actions: Action.map((action) => compilePattern(action.toLowerCase())),
    resources: resources?.map(resourcePattern),
    conditions: Object.entries(conditions).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, written]) => compileCondition(operator, key as ContextKey, written)),
    ),
  };
}

export function compilePolicy(document: PolicyDocument): readonly Rule[] {
  return document.Statement.map(ruleOf);
}

/** Whether a rule applies to an action, for any resource. The action is in lower case. */
export function concerns(rule: Rule, action: string): boolean {
  return rule.actions.some((fits) => fits(action));
}

/** Whether a rule denies its actions on every resource, for every request. */
export function deniesAll({ allow, resources, conditions }: Rule): boolean {
  return !allow && resources === undefined && conditions.length === 0;
}

function holds(rule: Rule, context: RequestContext): boolean {
  return rule.conditions.every((condition) => condition.holds(context));
}

/** The decision that is known before the request: an answer, or the rules whose conditions are evaluated each time. */
export type Verdict = boolean | readonly Rule[];

/**
 * The answer for one action, in lower case, and one resource. Without an allowing rule the answer is no, and a denying
 * rule wins over all allowing rules. `fixed` holds the facts that are the same for each request.
 */
export function judge(rules: readonly Rule[], action: string, resource: Resource, fixed: RequestContext): Verdict {
  const open: Rule[] = [];
  let allowed = false;
  let isOpen = false;
  for (const rule of rules) {
    if (!concerns(rule, action)) continue;
    if (rule.resources !== undefined && !rule.resources.some((fits) => fits(resource))) continue;
    const { conditions } = rule;
    if (!conditions.every((condition) => condition.changes || condition.holds(fixed))) continue;
    if (conditions.some((condition) => condition.changes)) {
      open.push(rule);
      isOpen = true;
    } else if (rule.allow) {
      allowed = true;
      open.push(rule);
    } else return false;
  }
  if (!isOpen) return allowed;
  return open;
}

/** Completes a decision that `judge` left open. */
export function settle(verdict: Verdict, context: RequestContext): boolean {
  if (typeof verdict === 'boolean') return verdict;
  let allowed = false;
  for (const rule of verdict) {
    if (!holds(rule, context)) continue;
    if (!rule.allow) return false;
    allowed = true;
  }
  return allowed;
}

import { PlatformError } from '../../lib/platform-error.ts';
import { ConditionFault, compileCondition, isOperator, OPERATORS } from './conditions.ts';
import { CONTEXT_KEYS, type ContextKey, type PolicyDocument, type Statement } from './types.ts';

/** Characters of the document as JSON without blanks. */
export const MAX_DOCUMENT_CHARS = 6144;
const MAX_STATEMENTS = 20;
const MAX_VALUES = 100;
const MAX_VALUE_CHARS = 256;

const ACTION = /^(\*|[A-Za-z0-9*-]{1,60}:[A-Za-z0-9*_-]{1,60}:[A-Za-z0-9*_-]{1,100})$/;
const RESOURCE =
  /^(\*|[A-Za-z0-9*-]{1,60}:[A-Za-z0-9*_-]{0,64}:[A-Za-z0-9*_-]{0,64}:[A-Za-z0-9*_-]{1,60}:[^:\s]{1,200})$/;

function fault(field: string, what: string, hint?: string): PlatformError {
  return new PlatformError('invalid_policy', `${field} ${what}`, { hint });
}

function objectOf(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw fault(field, 'must be an object');
}

function refuseOthers(value: Record<string, unknown>, known: readonly string[], field: string): void {
  const other = Object.keys(value).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw fault(`${field}.${other.slice(0, 60)}`, 'is not known', `Known are ${known.join(', ')}.`);
}

/** One text, or a list of them. */
function texts(value: unknown, field: string): string[] {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || list.length === 0) throw fault(field, 'must be a text or a list of texts');
  if (list.length > MAX_VALUES) throw fault(field, `has more than ${MAX_VALUES} values`);
  for (const [at, item] of list.entries()) {
    if (typeof item !== 'string' || item === '') throw fault(`${field}[${at}]`, 'must be a text');
    if (item.length > MAX_VALUE_CHARS) throw fault(`${field}[${at}]`, `has more than ${MAX_VALUE_CHARS} characters`);
  }
  return list as string[];
}

function actionsOf(value: unknown, field: string): string[] {
  const actions = texts(value, field);
  for (const [at, action] of actions.entries()) {
    if (!ACTION.test(action)) {
      throw fault(`${field}[${at}]`, 'is not an action', 'Form: functiongraph:function:invoke; * stands for any text.');
    }
  }
  return actions;
}

function resourcesOf(value: unknown, field: string): string[] {
  const resources = texts(value, field);
  for (const [at, resource] of resources.entries()) {
    if (!RESOURCE.test(resource)) {
      throw fault(`${field}[${at}]`, 'is not a resource', 'Form: functiongraph:*:*:function:<package>/<name>, or *.');
    }
  }
  return resources;
}

function conditionOf(value: unknown, field: string): NonNullable<Statement['Condition']> {
  const operators: Record<string, Record<string, string[]>> = {};
  for (const [operator, keys] of Object.entries(objectOf(value, field))) {
    const at = `${field}.${operator.slice(0, 60)}`;
    if (!isOperator(operator)) throw fault(at, 'is not an operator', `Operators are ${OPERATORS.join(', ')}.`);
    const read: Record<string, string[]> = {};
    for (const [key, written] of Object.entries(objectOf(keys, at))) {
      const place = `${at}.${key.slice(0, 60)}`;
      if (!(CONTEXT_KEYS as readonly string[]).includes(key)) {
        throw fault(place, 'is not a key', `Keys are ${CONTEXT_KEYS.join(', ')}.`);
      }
      const values = texts(
        typeof written === 'boolean' || typeof written === 'number' ? String(written) : written,
        place,
      );
      try {
        compileCondition(operator, key as ContextKey, values);
      } catch (error) {
        if (error instanceof ConditionFault) throw fault(place, error.message);
        throw error;
      }
      read[key] = values;
    }
    operators[operator] = read;
  }
  return operators;
}

function statementOf(value: unknown, field: string): Statement {
  const statement = objectOf(value, field);
  refuseOthers(statement, ['Effect', 'Action', 'Resource', 'Condition', 'Sid'], field);
  const { Effect, Action, Resource, Condition } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw fault(`${field}.Effect`, 'must be Allow or Deny');
  return {
    Effect,
    Action: actionsOf(Action, `${field}.Action`),
    ...(Resource === undefined ? {} : { Resource: resourcesOf(Resource, `${field}.Resource`) }),
    ...(Condition === undefined ? {} : { Condition: conditionOf(Condition, `${field}.Condition`) }),
  };
}

/** Checks a policy in IAM's JSON form. Throws `invalid_policy` naming the first invalid field. */
export function parsePolicy(value: unknown): PolicyDocument {
  const document = objectOf(value, 'policy');
  refuseOthers(document, ['Version', 'Statement'], 'policy');
  const { Version, Statement } = document;
  if (Version !== '1.1') throw fault('policy.Version', 'must be "1.1"');
  if (!Array.isArray(Statement) || Statement.length === 0) throw fault('policy.Statement', 'must be a list');
  if (Statement.length > MAX_STATEMENTS) throw fault('policy.Statement', `has more than ${MAX_STATEMENTS} statements`);
  const parsed: PolicyDocument = {
    Version,
    Statement: Statement.map((statement, at) => statementOf(statement, `policy.Statement[${at}]`)),
  };
  if (JSON.stringify(parsed).length > MAX_DOCUMENT_CHARS) {
    throw fault('policy', `is over ${MAX_DOCUMENT_CHARS} characters`, 'Use wildcards, or grant several policies.');
  }
  return parsed;
}

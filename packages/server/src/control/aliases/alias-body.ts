import { type ErrorCode, LIMITS } from '@funcgraph/api';
import { LATEST } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import { readDescription } from '../versions/publish-body.ts';
import type { AdditionalVersion, RoutingRule } from './types.ts';

const RULE_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const RULE_VALUE_CHARS = 1024;
const BAD_RULE: ErrorCode = 'invalid_additional_version';

export interface AliasBody {
  readonly version: string;
  /** Undefined when the body has none. */
  readonly description: string | undefined;
  readonly additional: AdditionalVersion | undefined;
}

/**
 * Reads the target of an alias. Does not check that the versions exist. Throws `invalid_version`,
 * `description_too_long`, `invalid_additional_version`, `invalid_weight`, `same_version`.
 */
export function readAliasBody(body: Kept): AliasBody {
  const fields = new WireFields(body);
  const version = fields.text('version', { max: 42, code: 'invalid_version' }) ?? '';
  if (version === '') throw new PlatformError('invalid_version', 'version is missing');
  const additional = readAdditional(fields);
  if (additional?.version === version) {
    throw new PlatformError('same_version', `${version} is the main and the additional version`);
  }
  return { version, description: readDescription(fields), additional };
}

function readAdditional(fields: WireFields): AdditionalVersion | undefined {
  const weighted = readOnly(fields, 'additional_version_weights');
  const ruled = readOnly(fields, 'additional_version_strategy');
  if (weighted !== undefined && ruled !== undefined) {
    throw refuse('additional_version_weights and additional_version_strategy exclude each other', 'Send one of them.');
  }
  if (weighted !== undefined) {
    const percent = weighted.fields.integer(weighted.version, { ...LIMITS.weightPercent, code: 'invalid_weight' });
    if (percent === undefined) throw new PlatformError('invalid_weight', `${weighted.version} has no weight`);
    return { kind: 'weight', version: weighted.version, percent };
  }
  if (ruled === undefined) return undefined;
  const strategy = ruled.fields.nested(ruled.version) ?? new WireFields({});
  const combine = strategy.text('combine_type', { code: BAD_RULE }) || 'and';
  if (combine !== 'and' && combine !== 'or') throw refuse('combine_type must be and or or');
  const rules = (strategy.list('rules', { max: LIMITS.aliasRules, code: BAD_RULE }) ?? []).map(readRule);
  if (rules.length === 0) throw refuse('additional_version_strategy has no rules');
  return { kind: 'rules', version: ruled.version, combine, rules };
}

/** The only entry of a map from version to something; undefined when it is absent or empty. */
function readOnly(fields: WireFields, name: string): { version: string; fields: WireFields } | undefined {
  const map = fields.fields(name) ?? {};
  const [version, second] = Object.keys(map);
  if (version === undefined) return undefined;
  if (second !== undefined) throw refuse(`${name} names more than one version`, 'An alias has two versions at most.');
  if (version === LATEST) throw refuse('latest cannot be the additional version', 'Publish a version first.');
  return { version, fields: new WireFields(map) };
}

function readRule(rule: WireFields): RoutingRule {
  const text = (name: string, max: number): string => rule.text(name, { max, code: BAD_RULE }) ?? '';
  const source = text('rule_type', 20) || 'header';
  if (source !== 'header' && source !== 'cookie') throw refuse('rule_type must be header or cookie');
  const name = text('param', 64);
  if (!RULE_NAME.test(name)) throw refuse('param must be 1 to 64 letters, digits, _ and -');
  const op = text('op', 10);
  if (op !== '=' && op !== 'in') throw refuse('op must be = or in');
  const value = text('value', RULE_VALUE_CHARS);
  const values = op === '=' ? [value] : value.split(',').map((one) => one.trim());
  if (values.includes('')) throw refuse('value must not be empty');
  return { source, name, op, values };
}

function refuse(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_additional_version', message, { hint });
}

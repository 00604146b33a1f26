import { LIMITS } from '@funcgraph/api';
import { LATEST } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkCount, checkDescription, checkLength, checkRange } from '../checks.ts';
import type { AdditionalVersion, AliasTarget, RoutingRule } from './types.ts';

const RULE_NAME = /^[A-Za-z0-9_-]+$/;
const CODE = 'invalid_additional_version';

/**
 * Does not check that the versions exist. Throws `invalid_version`, `description_too_long`,
 * `invalid_additional_version`, `invalid_weight`, `same_version`.
 */
export function checkAliasTarget({ version, description, additional }: AliasTarget): void {
  if (version === '') throw new PlatformError('invalid_version', 'version is missing');
  checkLength('version', version, 42, 'invalid_version');
  checkDescription(description);
  if (additional === undefined) return;
  checkAdditional(additional);
  if (additional.version === version) {
    throw new PlatformError('same_version', `${version} is the main and the additional version`);
  }
}

function checkAdditional(additional: AdditionalVersion): void {
  if (additional.version === LATEST) {
    throw refuse('latest cannot be the additional version', 'Publish a version first.');
  }
  if (additional.kind === 'weight') {
    checkRange(additional.version, additional.percent, { ...LIMITS.weightPercent, code: 'invalid_weight' });
    return;
  }
  checkCount('rules', additional.rules, LIMITS.aliasRules, CODE);
  if (additional.rules.length === 0) throw refuse('additional_version_strategy has no rules');
  additional.rules.forEach(checkRule);
}

function checkRule({ name, values }: RoutingRule): void {
  const { aliasRuleNameChars, aliasRuleValueChars } = LIMITS;
  if (name.length > aliasRuleNameChars || !RULE_NAME.test(name)) {
    throw refuse(`param must be 1 to ${aliasRuleNameChars} letters, digits, _ and -`);
  }
  checkLength('value', values.join(','), aliasRuleValueChars, CODE);
  if (values.includes('')) throw refuse('value must not be empty');
}

function refuse(message: string, hint?: string): PlatformError {
  return new PlatformError(CODE, message, { hint });
}

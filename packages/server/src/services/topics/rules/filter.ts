import { PlatformError } from '../../../lib/platform-error.ts';
import type { FilterPolicy, MessageAttribute, Protocol } from '../types.ts';

const MAX_POLICIES = 10;
const MAX_VALUES = 10;
const MAX_VALUE_CHARS = 32;
/** Chinese and English letters, digits and `_`. */
const VALUE = /^[\w\u4e00-\u9fff]+$/;
const ATTRIBUTE_NAME = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;
const MAX_NAME_CHARS = 32;

/** 1 to 32 lower-case letters, digits, and single `_` between them. */
export function isAttributeName(name: string): boolean {
  return name.length <= MAX_NAME_CHARS && ATTRIBUTE_NAME.test(name);
}

export function isAttributeValue(value: string): boolean {
  return value.length <= MAX_VALUE_CHARS && VALUE.test(value);
}

/** Throws `invalid_subscription` naming the first invalid part. */
export function checkFilter(policies: readonly FilterPolicy[]): void {
  if (policies.length > MAX_POLICIES) throw fault(`a subscription has at most ${MAX_POLICIES} filter_polices`);
  if (new Set(policies.map(({ name }) => name)).size < policies.length)
    throw fault('a name is twice in filter_polices');
  for (const { name, values } of policies) {
    const at = `filter_polices ${JSON.stringify(name.slice(0, 40))}`;
    if (!isAttributeName(name) || name.startsWith('smn_')) {
      throw fault(
        `${at}: the name is not usable`,
        `1 to ${MAX_NAME_CHARS} lower-case letters, digits, and single _ between them; not beginning with smn_.`,
      );
    }
    if (values.length === 0 || values.length > MAX_VALUES || new Set(values).size < values.length) {
      throw fault(`${at}: string_equals must have 1 to ${MAX_VALUES} different values`);
    }
    const wrong = values.find((value) => !isAttributeValue(value));
    if (wrong === undefined) continue;
    throw fault(
      `${at}: the value ${JSON.stringify(wrong.slice(0, 40))} is not usable`,
      `1 to ${MAX_VALUE_CHARS} letters, digits and _.`,
    );
  }
}

/** Whether a message with these attributes goes to a subscription. */
export function passes(
  attributes: readonly MessageAttribute[],
  { protocol, filter }: { readonly protocol: Protocol; readonly filter: readonly FilterPolicy[] },
): boolean {
  const protocols = attributes.find(({ type }) => type === 'PROTOCOL');
  if (protocols !== undefined && !valuesOf(protocols).includes(protocol)) return false;
  return filter.every(({ name, values }) => {
    const attribute = attributes.find((one) => one.type !== 'PROTOCOL' && one.name === name);
    return attribute !== undefined && valuesOf(attribute).some((value) => values.includes(value));
  });
}

function valuesOf({ value }: MessageAttribute): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function fault(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_subscription', message, { hint });
}

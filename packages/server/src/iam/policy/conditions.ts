import { BlockList, isIP } from 'node:net';
import { compilePattern } from './pattern.ts';
import { CHANGING_KEYS, type ContextKey, type RequestContext } from './types.ts';

/** One operator and key of a statement. */
export interface Condition {
  readonly key: ContextKey;
  /** Whether two requests of one caller for one resource may be answered differently. */
  readonly changes: boolean;
  holds(context: RequestContext): boolean;
}

type Test = (value: string) => boolean;

/**
 * Compiles the comparison with one written value. Throws `ConditionFault` for a value that the operator cannot compare
 * with.
 */
type Operator = (written: string) => Test;

/** A fault of a condition; the message has no field name. */
export class ConditionFault extends Error {}

function numberOf(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new ConditionFault(`is not a number: ${text.slice(0, 40)}`);
  return value;
}

function timeOf(text: string): number {
  const value = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) throw new ConditionFault(`is not a time like 2030-01-31T08:00:00Z: ${text.slice(0, 40)}`);
  return value;
}

const compared =
  (read: (text: string) => number, fits: (value: number, written: number) => boolean): Operator =>
  (written) => {
    const than = read(written);
    return (value) => {
      const mine = tolerant(read, value);
      return !Number.isNaN(mine) && fits(mine, than);
    };
  };

/** Values of a request are not checked beforehand; a value that cannot be compared does not match. */
function tolerant(read: (text: string) => number, value: string): number {
  try {
    return read(value);
  } catch {
    return Number.NaN;
  }
}

function addressOf(written: string): Test {
  const [address = '', bits, more] = written.split('/');
  const family = isIP(address);
  const width = family === 4 ? 32 : 128;
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (family === 0 || more !== undefined || length < 0 || length > width) {
    throw new ConditionFault(`is not an address or a network like 10.0.0.0/8: ${written.slice(0, 60)}`);
  }
  const list = new BlockList();
  list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  return (value) => {
    const plain = value.startsWith('::ffff:') && isIP(value.slice(7)) === 4 ? value.slice(7) : value;
    const kind = isIP(plain);
    return kind !== 0 && list.check(plain, kind === 4 ? 'ipv4' : 'ipv6');
  };
}

function truthOf(written: string): Test {
  const requested = written.toLowerCase();
  if (requested !== 'true' && requested !== 'false') throw new ConditionFault('must be "true" or "false"');
  return (value) => value.toLowerCase() === requested;
}

const equals: Operator = (written) => (value) => value === written;
const equalsIgnoringCase: Operator = (written) => {
  const requested = written.toLowerCase();
  return (value) => value.toLowerCase() === requested;
};
const like: Operator = (written) => compilePattern(written);

const POSITIVE: Readonly<Record<string, Operator>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  StringMatch: like,
  StringStartWith: (written) => (value) => value.startsWith(written),
  StringEndWith: (written) => (value) => value.endsWith(written),
  Bool: truthOf,
  IpAddress: addressOf,
  NumericEquals: compared(numberOf, (a, b) => a === b),
  NumericLessThan: compared(numberOf, (a, b) => a < b),
  NumericLessThanEquals: compared(numberOf, (a, b) => a <= b),
  NumericGreaterThan: compared(numberOf, (a, b) => a > b),
  NumericGreaterThanEquals: compared(numberOf, (a, b) => a >= b),
  DateEquals: compared(timeOf, (a, b) => a === b),
  DateLessThan: compared(timeOf, (a, b) => a < b),
  DateLessThanEquals: compared(timeOf, (a, b) => a <= b),
  DateGreaterThan: compared(timeOf, (a, b) => a > b),
  DateGreaterThanEquals: compared(timeOf, (a, b) => a >= b),
};

/** True when none of the written values fits. */
const NEGATIVE: Readonly<Record<string, Operator>> = {
  StringNotEquals: equals,
  StringNotEqualsIgnoreCase: equalsIgnoringCase,
  StringNotLike: like,
  StringNotMatch: like,
  NotIpAddress: addressOf,
  NumericNotEquals: compared(numberOf, (a, b) => a === b),
  DateNotEquals: compared(timeOf, (a, b) => a === b),
};

/** IAM writes `Number…` where others write `Numeric…`. */
function usual(operator: string): string {
  return operator.replace(/^Number(?!ic)/, 'Numeric');
}

/** Every operator that a policy may use, for messages. */
export const OPERATORS: readonly string[] = [...Object.keys(POSITIVE), ...Object.keys(NEGATIVE)];

const own = (table: Readonly<Record<string, Operator>>, name: string): Operator | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

export function isOperator(text: string): boolean {
  const name = usual(text.replace(/IfExists$/, ''));
  return own(POSITIVE, name) !== undefined || own(NEGATIVE, name) !== undefined;
}

/**
 * A compiled condition: one matching value is enough; for a `Not` operator no value may match. A key that the request
 * lacks does not match; with `IfExists` at the end of the operator it does. Throws `ConditionFault`.
 */
export function compileCondition(operator: string, key: ContextKey, written: readonly string[]): Condition {
  const optional = operator.endsWith('IfExists');
  const name = usual(operator.replace(/IfExists$/, ''));
  const positive = own(POSITIVE, name);
  const make = positive ?? own(NEGATIVE, name);
  if (make === undefined) throw new ConditionFault('is not an operator');
  const tests = written.map(make);
  return {
    key,
    changes: CHANGING_KEYS.has(key),
    holds(context) {
      const value = context[key];
      if (value === undefined) return optional || positive === undefined;
      return tests.some((test) => test(value)) === (positive !== undefined);
    },
  };
}

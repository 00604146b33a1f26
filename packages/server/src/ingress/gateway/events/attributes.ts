import { PlatformError } from '../../../lib/platform-error.ts';

const MAX_ATTRIBUTES = 64;
const MAX_VALUE_CHARS = 2048;
const NAME = /^[a-z0-9]{1,64}$/;
/** No control characters, and no halves of characters. */
const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
const MIN_INTEGER = -(2 ** 31);
const MAX_INTEGER = 2 ** 31 - 1;
/** The optional ones of the specification are text, too. */
const TEXTS = new Set(['id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema']);

/** Checks the attributes of an event by the specification, and returns those that every event has. Throws `invalid_cloud_event`. */
export function checkAttributes(attributes: Readonly<Record<string, unknown>>) {
  const all = Object.entries(attributes);
  if (all.length > MAX_ATTRIBUTES) throw fault(`it has more than ${MAX_ATTRIBUTES} attributes`);
  for (const [name, value] of all) checkOne(name, value);
  const { specversion, time } = attributes;
  if (specversion !== '1.0') throw fault(`specversion is ${JSON.stringify(specversion)?.slice(0, 40)}, not "1.0"`);
  if (typeof time === 'string' && !(TIME.test(time) && Number.isFinite(Date.parse(time)))) {
    throw fault('time is no time as in RFC 3339');
  }
  return {
    id: required(attributes, 'id'),
    source: required(attributes, 'source'),
    type: required(attributes, 'type'),
  };
}

export function fault(message: string): PlatformError {
  return new PlatformError('invalid_cloud_event', `The request is not a CloudEvent 1.0: ${message}.`);
}

function checkOne(name: string, value: unknown): void {
  if (!NAME.test(name) || name === 'data') {
    throw fault(`${JSON.stringify(name.slice(0, 64))} is no name of an attribute`);
  }
  if (value === null) return;
  if (typeof value === 'string') {
    if (value.length > MAX_VALUE_CHARS) throw fault(`${name} has more than ${MAX_VALUE_CHARS} characters`);
    if (!TEXT.test(value)) throw fault(`${name} has control characters`);
    return;
  }
  const isNumber = Number.isInteger(value) && Number(value) >= MIN_INTEGER && Number(value) <= MAX_INTEGER;
  if (TEXTS.has(name) || !(isNumber || typeof value === 'boolean')) {
    throw fault(`${name} is not ${TEXTS.has(name) ? 'text' : 'text, a whole number or a boolean'}`);
  }
}

function required(attributes: Readonly<Record<string, unknown>>, name: string): string {
  const value = attributes[name];
  if (typeof value === 'string' && value !== '') return value;
  throw fault(`${name} is missing`);
}

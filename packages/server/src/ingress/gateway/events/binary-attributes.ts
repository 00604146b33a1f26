import { fault } from './attributes.ts';
import type { DistinctHeaders } from './proof.ts';

const PREFIX = 'ce-';
const QUOTED = /^"(.*)"$/;
/** Other characters are percent-encoded by senders. */
const PLAIN = /^[\x20-\x7e]*$/;

/** The attributes of an event in binary mode. Throws `invalid_cloud_event`. */
export function attributesIn(headers: DistinctHeaders): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [header, values = []] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX)) continue;
    const name = header.slice(PREFIX.length);
    const [value = '', second] = values;
    if (second !== undefined) throw fault(`the header ${header} occurs more than once`);
    if (name === 'datacontenttype') throw fault('datacontenttype is the header Content-Type');
    attributes[name] = decoded(header, value);
  }
  return attributes;
}

function decoded(header: string, value: string): string {
  if (!PLAIN.test(value)) throw fault(`the header ${header} has characters that must be percent-encoded`);
  const plain = QUOTED.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value;
  try {
    return decodeURIComponent(plain);
  } catch {
    throw fault(`the header ${header} is not percent-encoded UTF-8`);
  }
}

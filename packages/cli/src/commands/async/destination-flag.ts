import { usageError } from '../../framework/index.ts';

/** A function by its URN, a webhook by its address. Throws a usage error for anything else. */
export function destinationOf(
  text: string | undefined,
  flag: string,
): { readonly destination: string; readonly param: string } | undefined {
  if (text === undefined) return undefined;
  if (text.startsWith('urn:')) return { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: text }) };
  if (/^https?:\/\//i.test(text)) return { destination: 'HTTP', param: JSON.stringify({ url: text }) };
  throw usageError(`${flag} is neither a function URN nor an http or https address: ${JSON.stringify(text)}`);
}

import type { AdditionalVersion, RoutingRule } from '../control/index.ts';

/** Names in lower case, as in Node. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Whether a request goes to the additional version. `random` returns 0 up to but not including 1; used for weights
 * only.
 */
export function goesToAdditional(
  additional: AdditionalVersion,
  request: { readonly headers?: RequestHeaders | undefined; readonly random: () => number },
): boolean {
  if (additional.kind === 'weight') return request.random() * 100 < additional.percent;
  const { headers = {} } = request;
  const holds = (rule: RoutingRule): boolean => valuesOf(rule, headers).some((value) => rule.values.includes(value));
  return additional.combine === 'and' ? additional.rules.every(holds) : additional.rules.some(holds);
}

/** The values of the request that a rule compares; cookie names are case-sensitive, header names are not. */
function valuesOf({ source, name }: RoutingRule, headers: RequestHeaders): readonly string[] {
  if (source === 'header') return listOf(headers, name.toLowerCase());
  return listOf(headers, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

function listOf(headers: RequestHeaders, name: string): readonly string[] {
  // a rule's name may equal an inherited property such as `constructor`
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

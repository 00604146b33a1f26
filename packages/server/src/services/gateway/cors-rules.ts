import type { GatewayRules } from '@funcgraph/api';

const ORIGIN = /^https?:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:.]+\](?::\d{1,5})?$/;
const DEFAULT_PORT = /^(?:http:\/\/.*:80|https:\/\/.*:443)$/;

export interface CorsFault {
  readonly field: string;
  readonly text: string;
  readonly hint: string;
}

/** The first field that cannot have an effect, or a dangerous one. */
export function corsFault({ origins, ...more }: NonNullable<GatewayRules['cors']>): CorsFault | undefined {
  const at = origins.findIndex((origin) => origin !== '*' && (!ORIGIN.test(origin) || DEFAULT_PORT.test(origin)));
  if (at >= 0) {
    return {
      field: `origins.${at}`,
      text: `${JSON.stringify(origins[at])} is not an origin as browsers send it`,
      hint: 'Write it in lower case, without a path and without a default port: https://app.example.com',
    };
  }
  if (more.credentials !== true) return undefined;
  const open = Object.entries({ origins, headers: more.headers, expose: more.expose }).find(([, values]) =>
    values?.includes('*'),
  );
  if (open === undefined) return undefined;
  return {
    field: open[0],
    text: 'cannot have * together with credentials',
    hint: 'List the values: with *, any page could act with the credentials of its visitor.',
  };
}

import type { IncomingHttpHeaders } from 'node:http';
import { PlatformError } from '../../lib/platform-error.ts';

export interface PathRules {
  readonly region: string;
  /** The path begins with a project, to which `X-Project-Id` belongs; IAM has projects as objects. */
  readonly isOfProject: boolean;
}

/**
 * Checks what routes do not: they match nothing between two slashes, too. Throws `invalid_request` for an empty
 * parameter, one that the client did not fill in and for a project that is not that of the headers, `invalid_urn` for a
 * URN of another region.
 */
export function checkPath(params: object, headers: IncomingHttpHeaders, { region, isOfProject }: PathRules): void {
  for (const name in params) {
    const value = (params as Record<string, unknown>)[name];
    if (value === '') throw new PlatformError('invalid_request', `${name} in the path is empty`);
    if (typeof value !== 'string') continue;
    if (value.charCodeAt(0) === OPENING_BRACE && value === `{${name}}`) throw unfilled(name);
    if (value.startsWith('urn:fss:') && !value.startsWith(`${region}:`, 8)) throw foreign(value, region);
  }
  const claimed = headers['x-project-id'];
  if (!isOfProject || claimed === undefined) return;
  if (claimed !== (params as { project_id?: string }).project_id) {
    throw new PlatformError('invalid_request', 'X-Project-Id names another project than the path', {
      hint: 'Give the client one project: the path and the header come from its project id.',
    });
  }
}

const OPENING_BRACE = 0x7b;

function unfilled(name: string): PlatformError {
  return new PlatformError('invalid_request', `the path has {${name}} instead of a value`, {
    hint: `The client has no ${name}. In SDKs: withProjectId of the credentials, or withRegion with withIamEndpoint.`,
  });
}

function foreign(urn: string, region: string): PlatformError {
  const [, , named = ''] = urn.split(':', 3);
  return new PlatformError('invalid_urn', `the URN belongs to the region ${named.slice(0, 64)}`, {
    hint: `The region of this server is ${region}.`,
  });
}

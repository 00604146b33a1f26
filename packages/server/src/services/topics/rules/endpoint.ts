import { parseFlowUrn, parseUrn } from '@funcgraph/api';
import { type AllowedHosts, InternalAddressError, lookupFor } from '../../../lib/outgoing-address.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { PROTOCOLS, type Protocol } from '../types.ts';

const MAX_ENDPOINT_BYTES = 1024;
const MAX_REMARK_BYTES = 128;
const MAX_EMAIL_CHARS = 254;
/** The plain form: no quoted names, comments, groups or several addresses, which a header could be made of. */
const EMAIL =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

/** Throws `invalid_subscription`. */
export function readProtocol(text: string): Protocol {
  const protocol = PROTOCOLS.find((one) => one === text);
  if (protocol !== undefined) return protocol;
  throw fault(`protocol ${JSON.stringify(text.slice(0, 40))} is not available`, `Use one of ${PROTOCOLS.join(', ')}.`);
}

/**
 * The endpoint in its one form. An address of the own network that is not an allowed host is refused here when it is
 * numeric, and at each delivery by what its name resolves to. Throws `invalid_subscription`.
 */
export function readEndpoint(protocol: Protocol, endpoint: string, allowed: AllowedHosts): string {
  const bytes = Buffer.byteLength(endpoint);
  if (bytes > MAX_ENDPOINT_BYTES) throw fault(`endpoint has ${bytes} bytes, ${MAX_ENDPOINT_BYTES} at most`);
  switch (protocol) {
    case 'functiongraph':
    case 'functionstage':
      if (parseUrn(endpoint) === undefined) throw fault('endpoint is not the URN of a function');
      return endpoint;
    case 'flow':
      if (parseFlowUrn(endpoint) === undefined) throw fault('endpoint is not the URN of a flow');
      return endpoint;
    case 'email':
      if (endpoint.length > MAX_EMAIL_CHARS || !EMAIL.test(endpoint)) throw fault('endpoint is not an e-mail address');
      return endpoint;
    case 'http':
    case 'https':
      return address(protocol, endpoint, allowed);
  }
}

/** Throws `invalid_subscription`. */
export function checkRemark(remark: string): void {
  if (Buffer.byteLength(remark) > MAX_REMARK_BYTES) throw fault(`remark has more than ${MAX_REMARK_BYTES} bytes`);
}

function address(protocol: 'http' | 'https', text: string, allowed: AllowedHosts): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== `${protocol}:`) throw fault(`endpoint is not an ${protocol} address`);
  if (url.username !== '' || url.password !== '') {
    throw fault('endpoint must not carry a password', 'Put a secret into the path or the query of the address.');
  }
  if (url.hash !== '') throw fault('endpoint must not have a fragment (#)');
  try {
    lookupFor(url, allowed);
  } catch (error) {
    if (!(error instanceof InternalAddressError)) throw error;
    throw fault(
      `endpoint: ${error.message}`,
      `The operator can allow it: start the server with FGS_WEBHOOK_HOSTS=${url.host}`,
    );
  }
  if (Buffer.byteLength(url.href) > MAX_ENDPOINT_BYTES)
    throw fault(`endpoint has more than ${MAX_ENDPOINT_BYTES} bytes`);
  return url.href;
}

function fault(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_subscription', message, { hint });
}

import { InternalAddressError, lookupFor } from '../../../lib/outgoing-address.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Delivery, DeliveryResult, DestinationKind } from '../destination-kind.ts';

/** An address that gets the outcome as a POST. */
export const webhookDestination: DestinationKind<URL> = {
  code: 'HTTP',
  keepsSetter: false,
  target: parseWebhook,
  check: (url, { webhookHosts, field }) => checkWebhook(url, webhookHosts, field),
  describe: (url) => url.origin,
  deliver: post,
};

function parseWebhook(text: string, field: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw refuse(`${field}.param: url is not an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse(
      `${field}.param: the address must not carry a password`,
      'Put a secret into the path or the query of the address.',
    );
  }
  return url;
}

/**
 * Throws `invalid_request` for a numeric address of the own network that is not an allowed host; names are checked at
 * delivery.
 */
function checkWebhook(url: URL, allowed: ReadonlySet<string>, field: string): void {
  try {
    lookupFor(url, allowed);
  } catch (error) {
    if (!(error instanceof InternalAddressError)) throw error;
    throw refuse(
      `${field}.param: ${error.message}`,
      `The operator can allow it: start the server with FGS_WEBHOOK_HOSTS=${url.host}`,
    );
  }
}

function refuse(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_request', message, { hint });
}

async function post(url: URL, { message, attributes, options, signal }: Delivery): Promise<DeliveryResult> {
  const { id, payload } = message;
  const { requestId, traceparent } = attributes;
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'Funcgraph',
    'X-Cff-Request-Id': requestId,
    // the same for every attempt, so that receivers can detect duplicates
    'X-Funcgraph-Delivery-Id': id,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const answer = await options.post({ url, body: payload, headers, signal });
  if (answer.kind === 'taken') return { kind: 'delivered', note: { status: answer.status }, messages: [] };
  return answer.kind === 'failed'
    ? { kind: 'failed', message: answer.message }
    : { kind: 'undeliverable', reason: 'refused', message: answer.message };
}

import type { IncomingMessage } from 'node:http';
import { PlatformError } from '../../lib/platform-error.ts';

/** Two servers could read a request with two hosts differently. Throws `invalid_request`. */
export function checkHost({ rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return;
  throw new PlatformError('invalid_request', `the request has ${hosts === 0 ? 'no' : 'more than one'} Host header`);
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Ends of the two files of a name. */
const CERTIFICATE = '.crt';
const KEY = '.key';
const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^(\\*\\.)?${LABEL}(\\.${LABEL})+$|^localhost$`);

/** Names with a certificate or a key among the files of a folder; one may lack the other. */
export function namesIn(files: readonly string[]): Set<string> {
  const ends = [CERTIFICATE, KEY];
  const names = files.flatMap((file) =>
    ends.filter((end) => file.endsWith(end)).map((end) => file.slice(0, -end.length)),
  );
  return new Set(names.filter((name) => NAME.test(name)));
}

export function filesOf(name: string): { readonly certificate: string; readonly key: string } {
  return { certificate: name + CERTIFICATE, key: name + KEY };
}

export interface Usable {
  readonly context: SecureContext;
  readonly validTo: string;
}

/** Throws for a pair that clients of this name would refuse. */
export function contextOf(name: string, certificate: string, key: string): Usable {
  const first = new X509Certificate(certificate);
  if (!first.checkPrivateKey(createPrivateKey(key))) throw new Error('the key belongs to another certificate');
  if (first.checkHost(name.replace('*', 'any')) === undefined) throw new Error(`the certificate is not for ${name}`);
  return { context: createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' }), validTo: first.validTo };
}

/** The entry for a name that a client asks for: its own before the one of all names below its domain. */
export function entryFor<T>(entries: ReadonlyMap<string, T>, serverName: string): T | undefined {
  const name = serverName.toLowerCase();
  const dot = name.indexOf('.');
  return entries.get(name) ?? (dot > 0 ? entries.get(`*${name.slice(dot)}`) : undefined);
}

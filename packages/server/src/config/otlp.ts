import { Secret } from '../lib/secret.ts';
import { ConfigError } from './compile.ts';
import type { OtlpConfig } from './schema.ts';
import { readCertificates, readSettingFile } from './setting-file.ts';

const FORM = 'Write it as https://collector.example.com:4318.';
const HEADER_FORM = 'Write Name=value, with commas between several; special characters of a value as %XX.';
const HEADER_NAME = /^[A-Za-z0-9!#$&'*+.^_`|~-]{1,128}$/;
/** The exporter sets these. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'host',
  'expect',
]);
const MAX_VALUE_CHARS = 8192;

export interface OtlpKeys {
  readonly endpoint: string | undefined;
  readonly headers: string | undefined;
  readonly headersFile: string | undefined;
  readonly caFile: string | undefined;
  readonly headersOnCommandLine: boolean;
}

/** As the process that reads the files hands them on. Holds secrets. */
export interface OtlpSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
}

/** Undefined without an endpoint. Throws `ConfigError`, which never holds a header's value. */
export function otlpSettings(keys: OtlpKeys): OtlpSettings | undefined {
  const { endpoint, headers, headersFile, caFile } = keys;
  if (endpoint === undefined) {
    const alone = headers ?? headersFile ?? caFile;
    if (alone !== undefined) throw new ConfigError('otlp_endpoint is missing: the address of the collector', FORM);
    return undefined;
  }
  if (keys.headersOnCommandLine) {
    throw new ConfigError(
      '--otlp-headers may hold a secret, and every user of the machine can read command lines',
      'Put the headers into a file (--otlp-headers-file) or into FGS_OTLP_HEADERS.',
    );
  }
  if (headers !== undefined && headersFile !== undefined) {
    throw new ConfigError('otlp_headers and otlp_headers_file cannot both be set');
  }
  return {
    endpoint: endpointOf(endpoint),
    headers: headersOf(headersFile === undefined ? (headers ?? '') : readSettingFile(headersFile, 'otlp_headers_file')),
    ca: caFile === undefined ? undefined : readCertificates(caFile, 'otlp_ca_file'),
  };
}

export function otlpConfig(settings: OtlpSettings | undefined): OtlpConfig | undefined {
  if (settings === undefined) return undefined;
  const headers = Object.entries(settings.headers).map(([name, value]) => [name, new Secret(value)] as const);
  return { ...settings, headers: new Map(headers) };
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ConfigError('otlp_endpoint is not an http or https address', FORM);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError('otlp_endpoint has a user or a password', 'Send them in a header: see otlp_headers_file.');
  }
  return url.href.replace(/\/+$/, '');
}

function headersOf(text: string): Record<string, string> {
  const pairs = text.split(/[,\n]/).map((pair) => pair.trim());
  return Object.fromEntries(pairs.filter((pair) => pair !== '').map((pair) => headerOf(pair)));
}

function headerOf(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  const name = pair.slice(0, Math.max(at, 0)).trim();
  if (!HEADER_NAME.test(name)) throw new ConfigError('otlp_headers has an item without a name', HEADER_FORM);
  if (OWN_HEADERS.has(name.toLowerCase())) throw new ConfigError(`otlp_headers cannot have ${name}`);
  const value = decoded(pair.slice(at + 1).trim());
  if (value === undefined || value.length > MAX_VALUE_CHARS || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new ConfigError(`otlp_headers has a value of ${name} that no header can have`, HEADER_FORM);
  }
  return [name, value];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

import { Secret } from '../lib/secret.ts';
import { ConfigError } from './compile.ts';
import type { OidcConfig, RawConfig } from './schema.ts';
import { readCertificates, readSettingFile } from './setting-file.ts';

const FORM = 'Write it as https://login.example.com, as the issuer itself does in its discovery document.';
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const USUAL_CLAIM = 'preferred_username';

type OidcKeys = Pick<
  RawConfig,
  'oidc_issuer' | 'oidc_client_id' | 'oidc_client_secret_file' | 'oidc_name' | 'oidc_claim' | 'oidc_ca_file'
>;

/** As the process that reads the files hands them on. Holds a secret. */
export interface OidcSettings extends Omit<OidcConfig, 'clientSecret'> {
  readonly clientSecret: string | undefined;
}

/** Undefined without an issuer. Throws `ConfigError`, which never holds the secret. */
export function oidcSettings(raw: OidcKeys): OidcSettings | undefined {
  if (raw.oidc_issuer === undefined) {
    const alone = Object.keys(raw).find((key) => key.startsWith('oidc_'));
    if (alone === undefined) return undefined;
    throw new ConfigError(`${alone} needs oidc_issuer, the address of the OpenID Connect issuer`, FORM);
  }
  const clientId = raw.oidc_client_id;
  if (clientId === undefined) {
    throw new ConfigError(
      'oidc_client_id is missing',
      'Register this server at the issuer, which names the client ID.',
    );
  }
  const issuer = issuerOf(raw.oidc_issuer);
  const { oidc_client_secret_file: secretFile, oidc_ca_file: caFile } = raw;
  return {
    issuer,
    clientId,
    clientSecret: secretFile === undefined ? undefined : secretIn(secretFile),
    name: raw.oidc_name ?? new URL(issuer).hostname,
    claim: raw.oidc_claim ?? USUAL_CLAIM,
    ca: caFile === undefined ? undefined : readCertificates(caFile, 'oidc_ca_file'),
  };
}

export function oidcConfig(settings: OidcSettings | undefined): OidcConfig | undefined {
  if (settings === undefined) return undefined;
  const { clientSecret } = settings;
  return { ...settings, clientSecret: clientSecret === undefined ? undefined : new Secret(clientSecret) };
}

/** Over plain HTTP anyone on the way could sign in as any user. */
function issuerOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new ConfigError('oidc_issuer is not the address of an issuer', FORM);
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return text;
  throw new ConfigError('oidc_issuer must use https, except on this machine', FORM);
}

function secretIn(file: string): string {
  const secret = readSettingFile(file, 'oidc_client_secret_file').trim();
  if (secret !== '') return secret;
  throw new ConfigError('oidc_client_secret_file is empty', 'Leave it out for a client without a secret.');
}

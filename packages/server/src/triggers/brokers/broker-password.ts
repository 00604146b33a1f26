import type { Sealer } from '../../lib/sealer.ts';
import { Secret } from '../../lib/secret.ts';

/** A password as a client sends it, or as it is stored. */
export type BrokerPassword = { readonly plain: Secret } | { readonly sealed: string };

/** The password of new settings; undefined when the client sends none. */
export function newPassword(text: string | undefined): BrokerPassword | undefined {
  return text === undefined || text === '' ? undefined : { plain: new Secret(text) };
}

export function sealPassword(password: BrokerPassword, sealer: Pick<Sealer, 'seal'>): BrokerPassword {
  return 'plain' in password ? { sealed: sealer.seal(password.plain.reveal()) } : password;
}

/** Throws `KeyFileError`. */
export function openPassword(password: BrokerPassword, sealer: Pick<Sealer, 'open'>): Secret {
  return 'plain' in password ? password.plain : new Secret(sealer.open(password.sealed));
}

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** One login of a client: the answer to each of its messages; undefined refuses it. */
export interface LoginSteps {
  next(message: string): { readonly answer: string; readonly isDone: boolean } | undefined;
}

const ROUNDS = 4096;

/** The side of the broker in the mechanisms of SASL. */
export function loginSteps(mechanism: string, login: Login): LoginSteps {
  if (mechanism === 'PLAIN') return plain(login);
  return scram(mechanism === 'SCRAM-SHA-512' ? 'sha512' : 'sha256', login);
}

function plain({ user, password }: Login): LoginSteps {
  return {
    next: (message) => (message === `\0${user}\0${password}` ? { answer: '', isDone: true } : undefined),
  };
}

/** RFC 5802. */
function scram(hash: 'sha256' | 'sha512', { user, password }: Login): LoginSteps {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ROUNDS, hash === 'sha256' ? 32 : 64, hash);
  const mac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  let first: { readonly client: string; readonly server: string } | undefined;
  return {
    next(message) {
      if (first === undefined) {
        const [, client = '', name, nonce] = /^n,,(n=([^,]*),r=([^,]*))$/.exec(message) ?? [];
        if (name !== user) return undefined;
        const server = `r=${nonce}${randomBytes(12).toString('hex')},s=${salt.toString('base64')},i=${ROUNDS}`;
        first = { client, server };
        return { answer: server, isDone: false };
      }
      const [, last = '', proof = ''] = /^(.*),p=([^,]*)$/.exec(message) ?? [];
      const all = `${first.client},${first.server},${last}`;
      const clientKey = mac(salted, 'Client Key');
      const signature = mac(createHash(hash).update(clientKey).digest(), all);
      const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
      if (!expected.equals(Buffer.from(proof, 'base64'))) return undefined;
      return { answer: `v=${mac(mac(salted, 'Server Key'), all).toString('base64')}`, isDone: true };
    },
  };
}

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { writeDurably } from './durable-file.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key file of a data directory is unusable: without it, no stored secret can be opened. */
export class KeyFileError extends Error {
  readonly code = 'KEY_FILE';
  readonly hint: string;

  constructor(message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'KeyFileError';
    this.hint = options.hint;
  }
}

const FROM_BACKUP =
  'Restore master.key from a backup of this data directory. Another key cannot open secrets sealed with this one.';

/** AES-256-GCM for secrets at rest. A sealed text that was changed or sealed with another key does not open: `open` throws. */
export class Sealer {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new Error(`a sealing key has ${KEY_BYTES} bytes, not ${key.length}`);
    this.#key = key;
  }

  /** From 64 hexadecimal digits. */
  static ofHex(key: string): Sealer {
    return new Sealer(Buffer.from(key, 'hex'));
  }

  /** The same for the same key and purpose, and reveals nothing about the key. */
  fingerprint(purpose: string): string {
    return createHmac('sha256', this.#key).update(purpose).digest('hex');
  }

  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** Throws `KeyFileError`. */
  open(sealedText: string): string {
    try {
      return this.#open(sealedText);
    } catch (cause) {
      throw new KeyFileError('a stored secret cannot be opened with master.key: it was sealed with another key', {
        hint: FROM_BACKUP,
        cause,
      });
    }
  }

  #open(sealedText: string): string {
    const bytes = Buffer.from(sealedText, 'base64');
    // A shorter tag would be easier to guess.
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), options);
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}

/**
 * The sealer of a data directory; its key file (mode 0600) is made at first use, whole and on disk before anything is
 * sealed. Losing the file loses the secrets, so `mayCreate` is false where sealed data exists. Throws `KeyFileError`.
 */
export async function openSealer(keyFile: string, options: { readonly mayCreate: boolean }): Promise<Sealer> {
  const text = await readKey(keyFile);
  if (text === undefined) {
    if (!options.mayCreate) throw new KeyFileError(`${keyFile} is missing`, { hint: FROM_BACKUP });
    const key = randomBytes(KEY_BYTES);
    await writeDurably(keyFile, `${key.toString('hex')}\n`);
    return new Sealer(key);
  }
  if (/^[0-9a-f]{64}$/.test(text)) return Sealer.ofHex(text);
  // nothing was stored yet, so no sealed secret is lost with the empty key file
  if (text === '' && options.mayCreate) {
    await rm(keyFile);
    return openSealer(keyFile, options);
  }
  throw new KeyFileError(`${keyFile} is damaged: it does not hold a key of ${KEY_BYTES} bytes`, { hint: FROM_BACKUP });
}

async function readKey(keyFile: string): Promise<string | undefined> {
  try {
    return (await readFile(keyFile, 'utf8')).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KeyFileError(`cannot read ${keyFile}: ${(cause as Error).message}`, {
      hint: 'The user who runs the server must own the data directory.',
      cause,
    });
  }
}

import { addAbortSignal, type Readable } from 'node:stream';
import type { S3 } from '@aws-sdk/client-s3';
import { openS3 } from '../../lib/s3-client.ts';
import type { S3Service } from '../../lib/s3-place.ts';
import { type ExternalAddress, isAt } from './address.ts';
import { ExternalS3Error, externalS3Error, refusesKeys } from './errors.ts';

/** An S3 service that the operator registered, with the projects that may use it. */
export interface RegisteredS3 {
  readonly name: string;
  readonly service: S3Service;
  readonly projects: ReadonlySet<string>;
}

/** Whether a service answers, and takes the keys. */
interface S3Probe {
  readonly name: string;
  readonly endpoint: string;
  readonly ok: boolean;
  readonly detail: string;
}

const PROBE_MS = 5_000;
/** All of an object. */
const READ_MS = 120_000;
/** With all tries. */
const PUT_MS = 30_000;

/**
 * Objects of S3 services outside this server, with the keys of the operator. Only projects with a grant use a service; the
 * rights of callers are the callers' matter. Errors are `ExternalS3Error`.
 */
export class ExternalS3 {
  readonly #registered: readonly RegisteredS3[];
  readonly #idleMs: number | undefined;
  readonly #clients = new Map<RegisteredS3, Promise<S3>>();

  constructor(registered: readonly RegisteredS3[], idleMs?: number) {
    this.#registered = registered;
    this.#idleMs = idleMs;
  }

  /** Services at the host of a link; several when projects have keys of their own. */
  at(url: URL): readonly RegisteredS3[] {
    return this.#registered.filter(({ service }) => isAt(url, service));
  }

  /** The service among some that the project may use. Throws `not-granted`. */
  granted(among: readonly RegisteredS3[], projectId: string): RegisteredS3 {
    const found = among.find(({ projects }) => projects.has(projectId));
    if (found !== undefined) return found;
    throw new ExternalS3Error('not-granted', 'the project has no grant for the S3 service');
  }

  /** The bytes as they arrive, within two minutes; the reader limits their number. */
  async *read(registered: RegisteredS3, { bucket, key }: ExternalAddress): AsyncGenerator<Uint8Array> {
    const signal = AbortSignal.timeout(READ_MS);
    let body: Readable | undefined;
    try {
      const s3 = await this.#open(registered);
      const found = await s3.getObject({ Bucket: bucket, Key: key }, { abortSignal: signal });
      body = addAbortSignal(signal, found.Body as Readable);
      yield* body;
    } catch (cause) {
      throw externalS3Error(cause, `${bucket}/${key} of ${registered.name}`);
    } finally {
      body?.destroy();
    }
  }

  /** The service of this name, if the project may use it. Throws `not-granted`. */
  named(name: string, projectId: string): RegisteredS3 {
    return this.granted(
      this.#registered.filter((each) => each.name === name),
      projectId,
    );
  }

  /** Resolves with the ETag when the service has stored the object. */
  async put(registered: RegisteredS3, { bucket, key }: ExternalAddress, json: Uint8Array): Promise<string> {
    const object = { Bucket: bucket, Key: key, Body: json, ContentType: 'application/json' };
    try {
      const s3 = await this.#open(registered);
      const { ETag = '' } = await s3.putObject(object, { abortSignal: AbortSignal.timeout(PUT_MS) });
      return ETag.replaceAll('"', '');
    } catch (cause) {
      throw externalS3Error(cause, `${bucket}/${key} of ${registered.name}`);
    }
  }

  /** Asks each service for its buckets, within five seconds. Keys without that right are right keys, too. */
  probe(): Promise<readonly S3Probe[]> {
    return Promise.all(this.#registered.map((each) => this.#probe(each)));
  }

  async #probe(registered: RegisteredS3): Promise<S3Probe> {
    const { name, service } = registered;
    const probed = { name, endpoint: service.endpoint };
    try {
      const s3 = await this.#open(registered);
      await s3.listBuckets({}, { abortSignal: AbortSignal.timeout(PROBE_MS) });
      return { ...probed, ok: true, detail: 'answers' };
    } catch (cause) {
      const { reason, message } = externalS3Error(cause, name);
      if (refusesKeys(cause)) return { ...probed, ok: false, detail: 'does not know the keys' };
      if (reason === 'unavailable') return { ...probed, ok: false, detail: message };
      return { ...probed, ok: true, detail: 'answers; its keys may not list buckets' };
    }
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.values()) (await client).destroy();
  }

  #open(registered: RegisteredS3): Promise<S3> {
    const open = this.#clients.get(registered) ?? openS3(registered.service, this.#idleMs);
    this.#clients.set(registered, open);
    return open;
  }
}

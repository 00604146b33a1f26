import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf, type FakeImage, fakeParts } from '../testing.ts';

export type Authentication = 'none' | 'basic' | 'bearer';

export const LOGIN = { username: 'someone', password: 'p:ass wörd' };

/** A registry on loopback with one repository, `team/app`, with tokens, redirects and interrupted transfers. */
export class FakeRegistry implements AsyncDisposable {
  authentication: Authentication = 'none';
  /** Blobs come from another address, as in a cloud. */
  redirectBlobs = false;
  /** So many transfers of a blob are interrupted first. */
  breaks = 0;
  /** So many requests get this status first. */
  failures: { status: number; left: number } = { status: 503, left: 0 };
  readonly seen: {
    readonly url: string;
    readonly authorization: string | undefined;
    readonly range: string | undefined;
  }[] = [];
  readonly manifests = new Map<string, Buffer>();
  readonly blobs = new Map<string, Buffer>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #store = createServer((request, response) => this.#sendBlob(request, response));

  static async start(): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    for (const server of [registry.#server, registry.#store]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get storeHost(): string {
    return `127.0.0.1:${(this.#store.address() as AddressInfo).port}`;
  }

  /** Returns the digest of the manifest. */
  push(tag: string, image: FakeImage): string {
    const { manifest, config, layers } = fakeParts(image);
    for (const blob of [config, ...layers]) this.blobs.set(digestOf(blob), blob);
    this.manifests.set(tag, manifest);
    this.manifests.set(digestOf(manifest), manifest);
    return digestOf(manifest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#server, this.#store]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const { authorization, range } = request.headers;
    this.seen.push({ url, authorization, range });
    if (url.startsWith('/token?')) {
      this.#giveToken(url, authorization, response);
      return;
    }
    if (this.failures.left > 0) {
      this.failures.left -= 1;
      response.writeHead(this.failures.status).end();
      return;
    }
    if (!this.#admits(authorization)) {
      const bearer = `Bearer realm="http://${this.host}/token",service="fake",scope="repository:team/app:pull"`;
      response
        .writeHead(401, { 'WWW-Authenticate': this.authentication === 'basic' ? 'Basic realm="x"' : bearer })
        .end();
      return;
    }
    const [, kind, reference = ''] = /^\/v2\/team\/app\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const manifest = kind === 'manifests' ? this.manifests.get(reference) : undefined;
    if (manifest !== undefined) response.end(manifest);
    else if (kind === 'blobs' && this.redirectBlobs) {
      response.writeHead(307, { Location: `http://${this.storeHost}/store/${reference}` }).end();
    } else if (kind === 'blobs') this.#send(reference, range, response);
    else response.writeHead(404).end();
  }

  #admits(authorization: string | undefined): boolean {
    if (this.authentication === 'none') return true;
    return authorization === (this.authentication === 'basic' ? basic() : 'Bearer t0ken');
  }

  #giveToken(url: string, authorization: string | undefined, response: ServerResponse): void {
    const isRequested =
      url.includes('service=fake') && url.includes(`scope=${encodeURIComponent('repository:team/app:pull')}`);
    if (authorization !== basic() || !isRequested) response.writeHead(401).end('{}');
    else response.end(JSON.stringify({ token: 't0ken' }));
  }

  #sendBlob(request: IncomingMessage, response: ServerResponse): void {
    const { authorization, range } = request.headers;
    this.seen.push({ url: request.url ?? '', authorization, range });
    this.#send((request.url ?? '').replace('/store/', ''), range, response);
  }

  #send(digest: string, range: string | undefined, response: ServerResponse): void {
    const blob = this.blobs.get(digest);
    if (blob === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = blob.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': part.length });
    if (this.breaks === 0) {
      response.end(part);
      return;
    }
    this.breaks -= 1;
    response.write(part.subarray(0, Math.ceil(part.length / 2)), () => response.destroy());
  }
}

function basic(): string {
  return `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
}

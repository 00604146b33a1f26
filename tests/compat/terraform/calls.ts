import { request } from '../../functions.ts';
import type { TestServer } from '../../server.ts';

/** JSON as it came. */
// biome-ignore lint/suspicious/noExplicitAny: the provider reads fields of answers without knowing their types
export type Json = any;

/** Which answers the public Terraform provider takes for a success. */
const ACCEPTED: Readonly<Record<string, readonly number[]>> = {
  GET: [200],
  POST: [200, 201, 202],
  PUT: [200, 201, 202],
  DELETE: [200, 202, 204],
};

/** An answer that the provider takes for an error. */
export class Unexpected extends Error {
  readonly status: number;
  readonly code: string;

  constructor(request: string, status: number, body: string) {
    super(`${request}: ${status} ${body.slice(0, 500)}`);
    this.status = status;
    this.code = /"error_code":"([^"]+)"/.exec(body)?.[1] ?? '';
  }
}

/** Requests as the public Terraform provider makes them: signed, always as JSON, with a line break after each body. */
export class Calls {
  readonly server: TestServer;

  constructor(server: TestServer) {
    this.server = server;
  }

  /** `path` begins behind the project. Throws `Unexpected`. */
  async send(method: string, path: string, body?: object, accepted = ACCEPTED[method] ?? []): Promise<Json> {
    const answer = await request(this.server, {
      method,
      path: `/v2/${this.server.credentials.project_id}${path}`,
      body: body === undefined ? '' : `${JSON.stringify(body)}\n`,
    });
    if (!accepted.includes(answer.status)) throw new Unexpected(`${method} ${path}`, answer.status, answer.text);
    return answer.text === '' ? {} : (JSON.parse(answer.text) as Json);
  }

  /** Undefined when it is gone, which only a 404 says. */
  async find(path: string): Promise<Json | undefined> {
    try {
      return await this.send('GET', path);
    } catch (error) {
      if (error instanceof Unexpected && error.status === 404) return undefined;
      throw error;
    }
  }
}

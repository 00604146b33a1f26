import type { Socket } from 'node:net';

/** The part of SCRAM that computes with the password, as the library has it. */
export interface ScramLogin {
  hi(password: string, salt: Buffer, iterations: number, digest: object): Promise<Buffer>;
}

/** A login as a connection sends it. */
interface Login {
  readonly request: object;
  readonly response: { decode(answer: Buffer): Promise<unknown> };
}

/** A connection that logs in, as the library has it. */
export interface LoginConnection {
  readonly socket: Pick<Socket, 'once' | 'off' | 'destroy' | 'destroyed' | 'errored'>;
  /** Ms that a broker may take for an answer. */
  readonly requestTimeout: number;
  sendAuthRequest(login: Login): Promise<unknown>;
}

/** Of an answer to a login. The library splits it into texts. */
export const MOST_LOGIN_BYTES = 64 * 1024;
/** A broker of Apache Kafka has 4,096 unless set otherwise, and at most 16,384. */
const MOST_ITERATIONS = 100_000;

const changed = new WeakSet<object>();

/**
 * Bounds how often a password is hashed for a login by SCRAM. The broker sets the number, and the library takes any, up to
 * two thousand millions, for which a thread of the pool computes.
 */
export function boundLogins(scram: ScramLogin): void {
  if (changed.has(scram)) return;
  changed.add(scram);
  const { hi } = scram;
  scram.hi = async (password, salt, iterations, digest) => {
    if (!(iterations <= MOST_ITERATIONS)) {
      throw new Error(`the broker asks for ${iterations} iterations, more than ${MOST_ITERATIONS}`);
    }
    return hi(password, salt, iterations, digest);
  };
}

/**
 * Bounds how long the login of a connection takes. A broker before Kafka 1.0 gets it as bytes that are no request, which the
 * library sends past its queue of requests: without a timeout, and without an end when the connection is destroyed.
 */
export function boundOldLogins(prototype: LoginConnection): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { sendAuthRequest } = prototype;
  prototype.sendAuthRequest = async function (this: LoginConnection, { request, response }) {
    const { socket, requestTimeout } = this;
    const closed = Promise.withResolvers<never>();
    const fail = (): void => closed.reject(socket.errored ?? new Error('the connection was closed during the login'));
    const late = (): void => {
      // the connection is of no use: what arrives later would be read as the answer to another request
      socket.destroy(new Error(`the broker did not answer the login for ${requestTimeout / 1000} s`));
    };
    const timer = setTimeout(late, requestTimeout);
    socket.once('close', fail);
    if (socket.destroyed) fail();
    const decode = async (answer: Buffer): Promise<unknown> => {
      if (answer.length > MOST_LOGIN_BYTES)
        throw new Error(`the broker answered the login with ${answer.length} bytes`);
      return response.decode(answer);
    };
    try {
      const sent = sendAuthRequest.call(this, { request, response: { ...response, decode } });
      return await Promise.race([closed.promise, sent]);
    } finally {
      clearTimeout(timer);
      socket.off('close', fail);
    }
  };
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TestCertificate } from './testing-certificate.ts';
import { eachFrame, framed, int16, int32 } from './testing-kafka-frames.ts';
import { type Login, type LoginSteps, loginSteps } from './testing-kafka-login.ts';

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
const UNSUPPORTED_MECHANISM = 33;
const LOGIN_FAILED = 58;
const HOST = '127.0.0.1';

export interface FrontOptions {
  /** Of the brokers behind it, which have neither TLS nor logins. */
  readonly ports: readonly number[];
  /** Plain connections without one. */
  readonly certificate?: TestCertificate;
  readonly mechanisms: readonly string[];
  readonly login: Login;
}

/** Stands before a mock cluster: clients log in by SASL, perhaps over TLS, before it passes their requests on. */
export class KafkaFront {
  readonly ports: readonly number[];
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
    this.ports = servers.map((server) => (server.address() as AddressInfo).port);
  }

  static async start(options: FrontOptions): Promise<KafkaFront> {
    const { ports, certificate } = options;
    /** Of the front, by that of the broker. */
    const places = new Map<number, number>();
    const servers = ports.map((port) => {
      const serve = (socket: Socket): void => new Passage(socket, port, places, options).start();
      return certificate === undefined ? createServer(serve) : createTlsServer({ ...certificate }, serve);
    });
    for (const server of servers) await once(server.listen(0, HOST), 'listening');
    const front = new KafkaFront(servers);
    ports.forEach((port, at) => {
      places.set(port, front.ports[at] ?? 0);
    });
    return front;
  }

  stop(): void {
    for (const server of this.#servers) server.close();
  }
}

/** One connection of a client. */
class Passage {
  readonly #client: Socket;
  readonly #broker: Socket;
  readonly #places: ReadonlyMap<number, number>;
  readonly #options: FrontOptions;
  readonly #versionRequests = new Set<number>();
  #steps: LoginSteps | undefined;
  #isIn = false;

  constructor(client: Socket, port: number, places: ReadonlyMap<number, number>, options: FrontOptions) {
    this.#client = client;
    this.#broker = connect(port, HOST);
    this.#places = places;
    this.#options = options;
  }

  start(): void {
    const [client, broker] = [this.#client, this.#broker];
    const end = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) socket.on('error', end).on('close', end);
    eachFrame(client, (frame) => this.#request(frame));
    eachFrame(broker, (frame) => this.#response(frame));
  }

  #request(frame: Buffer): void {
    const [key, id] = [frame.readInt16BE(0), frame.readInt32BE(4)];
    const body = frame.subarray(10 + Math.max(0, frame.readInt16BE(8)));
    if (key === SASL_HANDSHAKE) this.#handshake(id, body.subarray(2).toString());
    else if (key === SASL_AUTHENTICATE) this.#authenticate(id, body.subarray(4).toString());
    else if (key === API_VERSIONS || this.#isIn) {
      if (key === API_VERSIONS) this.#versionRequests.add(id);
      this.#broker.write(framed(frame));
    } else this.#client.destroy();
  }

  #handshake(id: number, mechanism: string): void {
    const { mechanisms, login } = this.#options;
    const isKnown = mechanisms.includes(mechanism);
    if (isKnown) this.#steps = loginSteps(mechanism, login);
    const names = mechanisms.map((name) => text(name));
    this.#answer(id, int16(isKnown ? 0 : UNSUPPORTED_MECHANISM), int32(mechanisms.length), ...names);
  }

  #authenticate(id: number, message: string): void {
    const step = this.#steps?.next(message);
    if (step === undefined) {
      this.#answer(id, int16(LOGIN_FAILED), text('Authentication failed'), int32(0));
      return;
    }
    this.#isIn = step.isDone;
    const bytes = Buffer.from(step.answer);
    this.#answer(id, int16(0), int16(-1), int32(bytes.length), bytes);
  }

  /** The mock cluster has no logins: they are added to what it can do. */
  #response(frame: Buffer): void {
    const id = frame.readInt32BE(0);
    if (!this.#versionRequests.delete(id)) {
      this.#client.write(framed(this.#moved(frame)));
      return;
    }
    const [error, count, rest] = [frame.subarray(4, 6), frame.readInt32BE(6), frame.subarray(10)];
    const logins = [SASL_HANDSHAKE, 0, 1, SASL_AUTHENTICATE, 0, 0].map((number) => int16(number));
    this.#answer(id, error, int32(count + 2), ...logins, rest);
  }

  /** Brokers that a response announces are reached through the front, too. */
  #moved(frame: Buffer): Buffer {
    for (let at = frame.indexOf(HOST); at !== -1; at = frame.indexOf(HOST, at + 1)) {
      const end = at + HOST.length;
      const place = end + 4 <= frame.length ? this.#places.get(frame.readInt32BE(end)) : undefined;
      if (place !== undefined) frame.writeInt32BE(place, end);
    }
    return frame;
  }

  #answer(id: number, ...parts: readonly Buffer[]): void {
    this.#client.write(framed(Buffer.concat([int32(id), ...parts])));
  }
}

function text(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}

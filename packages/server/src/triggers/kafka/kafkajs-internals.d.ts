declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { JoiningMember } from './shared-joins.ts';

  const ConsumerGroup: { readonly prototype: JoiningMember };
  export = ConsumerGroup;
}

declare module 'kafkajs/src/consumer/runner.js' {
  import type { FetchingConsumer } from './empty-fetches.ts';
  import type { HoldingConsumer } from './response-memory.ts';
  import type { ReadingConsumer } from './stopped-readers.ts';

  const Runner: { readonly prototype: ReadingConsumer & FetchingConsumer & HoldingConsumer };
  export = Runner;
}

declare module 'kafkajs/src/consumer/fetchManager.js' {
  interface Readers {
    start(): Promise<void>;
  }

  function createFetchManager(parts: {
    readonly logger: object;
    readonly getNodeIds: () => readonly number[];
    readonly fetch: (nodeId: number) => Promise<readonly unknown[]>;
    readonly handler: () => Promise<void>;
  }): Readers;
  export = createFetchManager;
}

declare module 'kafkajs/src/network/connection.js' {
  import type { SendingConnection } from './bounded-answers.ts';
  import type { LoginConnection } from './bounded-logins.ts';
  import type { ReceivingConnection } from './broken-responses.ts';

  const Connection: { readonly prototype: ReceivingConnection & SendingConnection & LoginConnection };
  export = Connection;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  import type { ResponseDecoder } from './bounded-decoder.ts';

  const Decoder: {
    readonly prototype: ResponseDecoder;
    new (buffer: Buffer): ResponseDecoder;
  };
  export = Decoder;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram.js' {
  import type { ScramLogin } from './bounded-logins.ts';

  const scram: { readonly SCRAM: ScramLogin };
  export = scram;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  import type { RequestQueue } from './bounded-answers.ts';
  import type { CheckingQueue } from './quiet-queue.ts';

  interface Sent {
    readonly entry: { readonly correlationId: number; resolve(): void; reject(): void };
    readonly expectResponse: boolean;
    sendRequest(): void;
  }

  const Queue: {
    readonly prototype: RequestQueue & CheckingQueue;
    new (parts: {
      readonly logger: object;
      readonly requestTimeout: number;
      readonly maxInFlightRequests?: number;
    }): RequestQueue & {
      readonly throttledUntil: number;
      readonly throttleCheckTimeoutId: object | null;
      push(sent: Sent): void;
      fulfillRequest(answer: { readonly correlationId: number; readonly payload: Buffer; readonly size: number }): void;
      destroy(): void;
    };
  };
  export = Queue;
}

declare module 'kafkajs/src/broker/index.js' {
  import type { AnnouncingBroker } from './bounded-answers.ts';

  const Broker: { readonly prototype: AnnouncingBroker };
  export = Broker;
}

import type { FunctionGraphClient } from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { type Credentials, TestServer } from '../server.ts';

export type { Credentials };

/** A server process of its own, with a data directory that goes away with it. */
export interface CompatServer {
  readonly credentials: Credentials;
  /** The official client, signed with the first account's key. */
  readonly client: FunctionGraphClient;
  /** Ends the process as an operator would, starts another one over the same data, and gives its addresses. */
  restart(): Promise<CompatServer>;
  stop(): Promise<void>;
}

/** Starts the real server on free ports. Fails with its output when it does not come up. */
export async function startCompatServer(): Promise<CompatServer> {
  return over(await TestServer.start());
}

function over(server: TestServer): CompatServer {
  return {
    credentials: server.credentials,
    client: server.sdk,
    restart: async () => over(await server.restart()),
    stop: () => server.stop(),
  };
}

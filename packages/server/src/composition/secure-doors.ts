import type { AddressInfo, Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { Certificates, tlsOptions } from '../ingress/index.ts';
import { StartupError } from '../lib/startup-error.ts';
import { listen } from '../startup/index.ts';
import type { Root } from './root.ts';

/** The ports that may also be had with TLS. */
type DoorName = 'api' | 'gateway' | 'storage';

interface DoorTls {
  readonly doors: Partial<Record<DoorName, TlsOptions>>;
  /** Host names with the time at which their certificates end, in ms since the epoch. */
  readonly certificateEnds: () => (readonly [name: string, endsAt: number])[];
}

/** TLS for those with certificates. Doors with one folder share its certificates, which follow its files. */
export async function doorTls({ config, clock, log, life }: Root): Promise<DoorTls> {
  const opened = new Map<string, TlsOptions>();
  const all: Certificates[] = [];
  const found: Partial<Record<DoorName, TlsOptions>> = {};
  for (const [name, tls] of Object.entries({
    api: config.apiTls,
    gateway: config.gatewayTls,
    storage: config.storageTls,
  })) {
    if (tls === undefined) continue;
    let options = opened.get(tls.dir);
    if (options === undefined) {
      const certificates = await openCertificates(tls.dir, `${name}_tls_dir`, {
        clock,
        log: log.child({ module: 'tls' }),
      });
      life.onStop(() => certificates.stop());
      all.push(certificates);
      options = tlsOptions(certificates);
      opened.set(tls.dir, options);
    }
    found[name as DoorName] = options;
  }
  return { doors: found, certificateEnds: () => all.flatMap((certificates) => [...certificates.ends()]) };
}

async function openCertificates(
  dir: string,
  setting: string,
  { clock, log }: Pick<Root, 'clock' | 'log'>,
): Promise<Certificates> {
  try {
    return await Certificates.open({ dir, clock, log });
  } catch (cause) {
    throw new StartupError('tls', `the certificates cannot be read: ${(cause as Error).message}`, {
      hint: `${setting} must name a folder that the user who runs the server may read.`,
      cause,
    });
  }
}

/** `text` says in the log which door it is. */
export async function listenSecurely(
  server: Server,
  { host, port, text, log }: { host: string; port: number; text: string; log: Root['log'] },
): Promise<void> {
  await listen(server, host, port);
  log.info({ port: (server.address() as AddressInfo).port }, `${text} with TLS`);
}

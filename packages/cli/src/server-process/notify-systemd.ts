import { execFile } from 'node:child_process';
import type { Context } from '../framework/index.ts';

/** Reports to systemd, if it started this program as a service, that the server serves. */
export function notifySystemd({ env }: Pick<Context, 'env'>): Promise<void> {
  if (env.NOTIFY_SOCKET === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    // without the program systemd itself ends the service, with the reason in its log
    execFile('systemd-notify', ['--ready', '--status=Serving'], { env: { ...env } }, () => resolve());
  });
}

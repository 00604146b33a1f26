/** Sends a message to the process that started this one. False without a channel to it. */
export function tellParent(message: object): Promise<boolean> {
  return new Promise((done) => {
    if (process.send === undefined || !process.connected) done(false);
    else process.send(message, undefined, {}, (error) => done(error === null));
  });
}

/** Why the server did not start. */
export interface Failed {
  readonly event: 'failed';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Leaves it to the parent process to show the failure; shows it itself where no process waits for it. */
export async function reportFailure(failed: Failed): Promise<void> {
  if (await tellParent(failed)) return;
  const { message, hint } = failed;
  process.stderr.write(`fgs: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
}

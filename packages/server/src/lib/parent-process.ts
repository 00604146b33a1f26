/** Sends a message to the process that started this one. Does nothing without a channel to it. */
export function tellParent(message: object): Promise<void> {
  return new Promise((done) => {
    if (process.send === undefined || !process.connected) done();
    else process.send(message, undefined, {}, () => done());
  });
}

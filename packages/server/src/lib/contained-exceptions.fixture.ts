import { connect, createServer } from 'node:net';
import { containExceptions, endContainedWork, uncontained } from './contained-exceptions.ts';

/** A process in which an exception is thrown where the argument says. */
const [place = ''] = process.argv.slice(2);
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const broken = (): never => {
  throw new Error(`broken in ${place}`);
};
const later = (): Promise<void> => new Promise(() => void setTimeout(broken, 1));

endContainedWork();
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.write('x');
});
await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
const { port } = server.address() as { port: number };

const works: Record<string, (broken: AbortSignal) => Promise<void>> = {
  'a socket': (signal) =>
    new Promise(() => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('data', broken);
      signal.addEventListener('abort', () => {
        socket.destroy();
        print('the connection is closed');
      });
    }),
  'a timer': later,
  'a timer after its end': async () => void later(),
  'our code': () => uncontained(later),
};
const work = works[place];
if (work === undefined) void later();
else {
  const late = Promise.withResolvers<void>();
  if (place !== 'a timer after its end') late.resolve();
  await containExceptions(work, ({ message }) => {
    print(`after the end: ${message}`);
    late.resolve();
  }).catch((error: Error) => print(`the work ended: ${error.message}`));
  await late.promise;
  print('the process goes on');
  server.close();
}

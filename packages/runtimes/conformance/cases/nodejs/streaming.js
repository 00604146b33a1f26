const { Readable } = require('stream');

const waiting = [];
let given = 0;
const signal = () => new Promise((resolve) => (given > 0 ? (given--, resolve()) : waiting.push(resolve)));
const give = () => (waiting.length > 0 ? waiting.shift()() : given++);

const answer = (work) => async (event, context) => {
  if (event.go) {
    give();
    return 'went';
  }
  return work(event, context);
};

const write = (out, piece) => new Promise((resolve) => (out.write(piece) ? resolve() : out.once('drain', resolve)));

exports.counts = answer(async (event, context) => {
  const out = context.getResponseStream();
  for (let i = 0; i < event.count; i++) {
    await write(out, `piece ${i}\n`);
    await signal();
  }
  out.end();
});

exports.withHead = answer(async (_event, context) => {
  const out = context.getResponseStream({ statusCode: 201, contentType: 'text/plain', headers: { 'X-Many': ['a', 'b'] } });
  out.write('ma');
  out.end('de');
});

exports.mixed = answer(async () => Readable.from(['文字', Buffer.from(' and '), 'bytes']));

exports.empty = answer(async (_event, context) => {
  context.getResponseStream().end();
});

exports.large = answer(async (event) =>
  (async function* () {
    for (let i = 0; i < event.pieces; i++) yield Buffer.alloc(event.size, 120);
  })()
);

exports.endless = answer(async () =>
  (async function* () {
    try {
      for (let i = 0; ; i++) {
        yield `tick ${i}\n`;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      console.log('cleaned up');
    }
  })()
);

exports.endlessStream = answer(async (_event, context) => {
  const out = context.getResponseStream();
  const timer = setInterval(() => out.write('tick\n'), 5);
  await new Promise((resolve) => out.once('close', resolve));
  clearInterval(timer);
  console.log('cleaned up');
});

exports.piped = answer(async () => {
  const source = new Readable({ read() {} });
  const timer = setInterval(() => source.push('tick\n'), 5);
  source.on('close', () => {
    clearInterval(timer);
    console.log('source closed');
  });
  return source;
});

exports.breaks = answer(async () =>
  (async function* () {
    yield 'so far';
    throw new Error('no further');
  })()
);

exports.wrongPiece = answer(async () =>
  (async function* () {
    yield { not: 'text' };
  })()
);

exports.generator = async function* (event, context) {
  yield `for ${context.getRequestID()}`;
};

exports.valueToo = answer(async (_event, context) => {
  context.getResponseStream().end('streamed');
  return 'returned';
});

exports.lateWrite = answer(async (_event, context) => {
  const out = context.getResponseStream();
  out.write('early');
  setTimeout(() => out.write('late'), 20);
  throw new Error('failed early');
});

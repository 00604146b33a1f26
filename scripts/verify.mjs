// All checks and tests of a change, from a fresh clone on. Ends with `N passed, N failed`.
import { existsSync } from 'node:fs';
import { bringApacheKafka } from './apache-kafka.mjs';
import { buildJava } from './build-java.mjs';
import { bringJest } from './jest.mjs';
import { countsLine, runLanes } from './lanes.mjs';
import { platformNode } from './platform-node.mjs';
import { checkNode, ensureBuilt, ensureInstalled, ensureProgram, isRoot, runVisibly, say, seconds } from './steps.mjs';

const started = performance.now();

async function timed(name, work) {
  const begin = performance.now();
  say(`== ${name}`);
  const result = await work();
  say(`== ${name}: ${seconds(begin)}`);
  return result;
}

checkNode();
await timed('set-up', async () => {
  for (const [program, name, why] of [
    ['bwrap', 'bubblewrap', 'without it no test of isolation can run'],
    ['curl', 'curl', 'functions of the Custom runtime in the tests use it'],
    ['busybox', 'busybox-static', 'a container image without any library is made of it'],
    ['nft', 'nftables', 'without it functions reach nothing but themselves'],
    ['ip', 'iproute2', 'without it functions reach nothing but themselves'],
    ['go', 'golang-go', 'the tests compile Go functions'],
    ['pg_ctlcluster', 'postgresql', 'what keeps data is tested over PostgreSQL too'],
    ['kcat', 'kcat', 'triggers of Kafka are tested with its mock cluster'],
    ['crun', 'crun', 'the image of deploy/Containerfile is started with it'],
    ['podman', 'podman', 'archives of images are made with it as with Docker'],
    ['docker-compose', 'docker-compose', 'the guide about containers is followed with it'],
    ['catatonit', 'catatonit', 'it is process 1 of containers'],
    ['mmdebstrap', 'mmdebstrap', 'images that cannot be fetched everywhere are made with it'],
    ['chromium-headless-shell', 'chromium-headless-shell', 'the journeys through the console need a browser'],
    ['javac', 'default-jdk-headless', 'without it the Java runtime is not built'],
  ]) {
    await ensureProgram(program, name, why);
  }
  // the program starts a broker whatever its arguments are
  await ensureProgram('rabbitmq-server', 'rabbitmq-server', 'triggers of RabbitMQ are tested with it', () =>
    existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server'),
  );
  if (!isRoot)
    say('not root: tests that need it are skipped (memory and CPU limits, a user for each instance, loop volumes)');
  await ensureProgram('aardvark-dns', 'aardvark-dns', 'containers find each other by it', () =>
    existsSync('/usr/lib/podman/aardvark-dns'),
  );
  // it is started in a test, not here
  await ensureProgram('systemd', 'systemd', 'the service is tested with it', () =>
    existsSync('/usr/lib/systemd/systemd'),
  );
  await ensureProgram('debugpy', 'python3-debugpy', 'the debugger of Python functions is tested with it', () =>
    existsSync('/usr/lib/python3/dist-packages/debugpy'),
  );
  await ensureProgram('swift', 'python3-swift', 'code that servers share is stored in it', () =>
    existsSync('/usr/lib/python3/dist-packages/swift'),
  );
  await ensureInstalled();
  // waits for the registry while the others compute
  const bringing = bringJest();
  await ensureBuilt();
  await buildJava();
  await bringApacheKafka();
  await bringing;
});

const checked = await timed('check', () => runVisibly(platformNode(), ['scripts/check.mjs']));
if (checked !== 0) {
  say(`verify: ${seconds(started)}`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}
const counts = await timed('test', () => runLanes(platformNode()));
say(`verify: ${seconds(started)}`);
process.stdout.write(`${countsLine(counts)}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;

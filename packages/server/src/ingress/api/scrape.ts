import { createHash, timingSafeEqual } from 'node:crypto';
import { PlatformError } from '../../lib/platform-error.ts';
import {
  EXPOSITION_TYPE,
  Exposition,
  type FunctionTotals,
  OTHER_FUNCTIONS,
  type Sample,
  type Telemetry,
} from '../../telemetry/index.ts';
import { type ApiRequest, type Handlers, Reply } from '../http/handler.ts';
import type { HttpMeter } from '../http/http-meter.ts';
import type { PlatformDeps } from './platform.ts';
import { type ServiceScrapeDeps, writeAlarms, writeFlows, writeGateway, writeStreams } from './scrape-services.ts';

export interface ScrapeDeps
  extends Pick<PlatformDeps, 'version' | 'pool' | 'prewarmed' | 'asyncInvocations' | 'gate'>,
    ServiceScrapeDeps {
  readonly telemetry: Pick<Telemetry, 'metrics' | 'logs' | 'records' | 'exportFacts'>;
  readonly meter: HttpMeter;
  /** Of the server process. */
  readonly processFacts: () => ProcessFacts;
  readonly storageFacts: () => Promise<StorageFacts>;
  /** Host names with the time at which their certificates end, in ms since the epoch. */
  readonly certificateEnds: () => readonly (readonly [name: string, endsAt: number])[];
  /** Undefined where the log does not count them. */
  readonly errorsLogged: (() => number) | undefined;
  /** Undefined: only this machine has access. */
  readonly metricsToken: string | undefined;
}

export interface ProcessFacts {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly openFiles: number;
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** Delay of timers since the last reading, in seconds, by quantile. */
  readonly loopDelay: ReadonlyArray<readonly [quantile: string, seconds: number]>;
}

export interface StorageFacts {
  /** Bytes on disk by part. */
  readonly parts: Readonly<Record<string, number>>;
  readonly freeBytes: number;
}

/** `GET /metrics`. */
export function scrapeHandlers(deps: ScrapeDeps): Handlers<'scrapeMetrics'> {
  return {
    async scrapeMetrics(request) {
      admit(request, deps.metricsToken);
      const text = new Exposition();
      writeProcess(text, deps);
      await writeParts(text, deps);
      writeHttp(text, deps.meter);
      await writeFunctions(text, deps.telemetry);
      await writeFlows(text, deps);
      await writeAlarms(text, deps);
      await writeStreams(text, deps);
      writeGateway(text, deps);
      return new Reply(text.text(), { headers: { 'Content-Type': EXPOSITION_TYPE } });
    },
  };
}

const LOOPBACK = /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;
const LOCAL_HOST = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;
/** Headers that proxies add: behind a proxy, every client seems to be on this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** The answer has names of functions, so it needs a token. Throws `unauthenticated`, `forbidden`. */
function admit(
  { headers, peer }: Pick<ApiRequest<'scrapeMetrics'>, 'headers' | 'peer'>,
  token: string | undefined,
): void {
  if (token !== undefined) {
    const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    if (timingSafeEqual(digest(given), digest(token))) return;
    throw new PlatformError('unauthenticated', 'the scrape token is missing or wrong', {
      hint: 'Send Authorization: Bearer with the contents of metrics_token_file.',
    });
  }
  const isForwarded = FORWARDED.some((name) => headers[name] !== undefined);
  // a web page can reach this machine through a browser on it, under a host name of its own
  const isForHere = LOCAL_HOST.test(headers.host ?? '');
  if (LOOPBACK.test(peer.remoteAddress ?? '') && !isForwarded && isForHere) return;
  throw new PlatformError('forbidden', 'metrics are read from this machine only, by its loopback address', {
    hint: 'Set metrics_token_file to let others in.',
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function writeProcess(text: Exposition, { version, processFacts, certificateEnds, errorsLogged }: ScrapeDeps): void {
  const facts = processFacts();
  text.gauge('funcgraph_build_info', 'The version that runs.', [[{ version }, 1]]);
  text.gauge('funcgraph_process_start_time_seconds', 'When the server started.', facts.startedAt / 1000);
  text.counter('funcgraph_process_cpu_seconds_total', 'Processor time of the server.', facts.cpuSeconds);
  text.gauge('funcgraph_process_resident_memory_bytes', 'Memory of the server.', facts.residentBytes);
  text.gauge('funcgraph_process_heap_bytes', 'JavaScript heap in use.', facts.heapBytes);
  text.gauge('funcgraph_process_open_files', 'Open files and sockets.', facts.openFiles);
  const delays = facts.loopDelay.map(([quantile, seconds]): Sample => [{ quantile }, seconds]);
  text.gauge('funcgraph_event_loop_delay_seconds', 'How late the event loop was since the last scrape.', delays);
  const ends = certificateEnds().map(([name, endsAt]): Sample => [{ name }, endsAt / 1000]);
  text.gauge('funcgraph_tls_certificate_end_seconds', 'When the certificate in use ends.', ends);
  if (errorsLogged === undefined) return;
  text.counter(
    'funcgraph_errors_logged_total',
    'Errors in the log of the server, such as of background work.',
    errorsLogged(),
  );
}

async function writeParts(text: Exposition, deps: ScrapeDeps): Promise<void> {
  const pool = deps.pool.gauges();
  text.gauge('funcgraph_pool_instances', 'Living instances.', pool.instances);
  text.gauge('funcgraph_pool_idle_instances', 'Instances without a request.', pool.idle);
  text.gauge('funcgraph_pool_frozen_instances', 'Idle instances that use no processor.', pool.frozen);
  text.gauge('funcgraph_pool_reserved_instances', 'Instances kept by configuration.', pool.reserved);
  text.gauge('funcgraph_pool_starting_instances', 'Starts under way.', pool.starting);
  text.gauge('funcgraph_pool_requests', 'Requests that instances run, or hold in their lanes.', pool.inFlight);
  text.gauge('funcgraph_pool_waiting_requests', 'Requests that wait for an instance.', pool.waiting);
  text.gauge('funcgraph_pool_promised_memory_bytes', 'Memory promised to instances.', pool.promisedMemoryMb * 2 ** 20);
  text.gauge('funcgraph_pool_prewarmed_runtimes', 'Started runtimes that wait for code.', deps.prewarmed.waiting);
  text.gauge('funcgraph_account_waiting_requests', 'Requests over the concurrency quota.', deps.gate.waiting);
  await writeQueue(text, deps);
  const { parts, freeBytes } = await deps.storageFacts();
  const sizes = Object.entries(parts).map(([part, bytes]): Sample => [{ part }, bytes]);
  text.gauge('funcgraph_storage_bytes', 'Size on disk.', sizes);
  text.gauge('funcgraph_storage_free_bytes', 'Free space where the data is.', freeBytes);
  const { logs, records } = deps.telemetry;
  text.gauge('funcgraph_telemetry_buffered_lines', 'Log lines that wait to be written.', logs.bufferedLines);
  text.counter('funcgraph_telemetry_dropped_total', 'Telemetry that could not be written.', [
    [{ kind: 'lines' }, logs.droppedLines],
    [{ kind: 'records' }, records.droppedRecords],
  ]);
  const exported = await deps.telemetry.exportFacts();
  if (exported === undefined) return;
  const dropped = Object.entries(exported.dropped).map(([signal, count]): Sample => [{ signal }, count]);
  text.counter(
    'funcgraph_export_dropped_total',
    'Lines, invocations and functions with metrics that the collector did not get.',
    dropped,
  );
  text.gauge('funcgraph_export_buffered_bytes', 'Telemetry that waits for the collector.', exported.bufferedBytes);
}

/** Monitoring must see that the database is unavailable, and everything else. */
async function writeQueue(text: Exposition, deps: Pick<ScrapeDeps, 'asyncInvocations'>): Promise<void> {
  const queue = await deps.asyncInvocations.gauges().catch((error: unknown) => {
    if (error instanceof PlatformError && error.code === 'unavailable') return undefined;
    throw error;
  });
  text.gauge('funcgraph_database_up', 'Whether the database answers.', queue === undefined ? 0 : 1);
  if (queue === undefined) return;
  text.gauge('funcgraph_async_waiting', 'Asynchronous invocations that wait.', queue.waiting);
  text.gauge('funcgraph_async_running', 'Asynchronous invocations that run.', queue.running);
  text.gauge('funcgraph_async_deliveries', 'Outcomes that are not delivered yet.', queue.deliveries);
  text.gauge('funcgraph_async_dead_letters', 'Invocations and deliveries that failed permanently.', queue.deadLetters);
}

function writeHttp(text: Exposition, meter: HttpMeter): void {
  const times = meter.times();
  const answers = times.flatMap(({ route, statuses }) =>
    [...statuses].map(([status, count]): Sample => [{ route, status }, count]),
  );
  text.counter('funcgraph_http_requests_total', 'Answers by operation and class of status.', answers);
  const samples = times.map(({ route, upTo, sumMs, count }) => ({
    labels: { route },
    buckets: upTo.map(([ms, number]): [number, number] => [ms / 1000, number]),
    sum: sumMs / 1000,
    count,
  }));
  text.histogram('funcgraph_http_request_duration_seconds', 'From request to answer, by operation.', samples);
}

async function writeFunctions(text: Exposition, { metrics }: ScrapeDeps['telemetry']): Promise<void> {
  const { functions, durations, ran, durationMs } = await metrics.totals();
  const each = (pick: (totals: FunctionTotals) => number): Sample[] =>
    functions.map((totals): Sample => [labelsOf(totals), pick(totals)]);
  const results = functions.flatMap((totals): Sample[] => [
    [{ ...labelsOf(totals), result: 'success' }, totals.succeeded],
    [{ ...labelsOf(totals), result: 'failed' }, totals.failed],
    [{ ...labelsOf(totals), result: 'rejected' }, totals.rejected],
  ]);
  const failures = functions.flatMap((totals) =>
    Object.entries(totals.causes)
      .filter(([, count]) => count > 0)
      .map(([cause, count]): Sample => [{ ...labelsOf(totals), cause }, count]),
  );
  text.counter('funcgraph_function_invocations_total', 'Invocations by result.', results);
  text.counter('funcgraph_function_failures_total', 'Failed invocations by cause.', failures);
  text.counter(
    'funcgraph_function_cold_starts_total',
    'Invocations that waited for an instance.',
    each((t) => t.cold),
  );
  const seconds = each((totals) => totals.durationMs / 1000);
  text.counter('funcgraph_function_duration_seconds_total', 'Time in initializers and handlers.', seconds);
  text.counter(
    'funcgraph_function_gb_seconds_total',
    'Memory size times time.',
    each((totals) => totals.gbSeconds),
  );
  const buckets = durations.map(({ leMs, count }): [number, number] => [leMs / 1000, count]);
  text.histogram('funcgraph_invocation_duration_seconds', 'Initializer and handler, all functions.', [
    { labels: {}, buckets, sum: durationMs / 1000, count: ran },
  ]);
}

function labelsOf({ functionKey }: FunctionTotals): { project: string; package: string; function: string } {
  if (functionKey === OTHER_FUNCTIONS) return { project: '', package: '', function: 'other' };
  const [project = '', pkg = '', name = ''] = functionKey.split(':');
  return { project, package: pkg, function: name };
}

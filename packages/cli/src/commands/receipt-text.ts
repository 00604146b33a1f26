import type { Receipt } from '@funcgraph/api';

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** One line: the result, the time of each step, the resources used. */
export function receiptLine(receipt: Receipt): string {
  const phases: [string, number][] = [
    ['queue', receipt.queue_ms],
    ['sandbox', receipt.sandbox_ms],
    ['boot', receipt.boot_ms],
    ['load', receipt.load_ms],
    ['init', receipt.init_ms],
    ['handler', receipt.handler_ms],
  ];
  const spent = phases.filter(([, value]) => value > 0).map(([name, value]) => `${name} ${ms(value)}`);
  const used: string[] = [];
  if (receipt.cpu_ms !== null) used.push(`cpu ${ms(receipt.cpu_ms)}${receipt.cpu_shared ? ' (shared)' : ''}`);
  if (receipt.peak_memory_bytes !== null) {
    used.push(`memory ${(receipt.peak_memory_bytes / 1024 / 1024).toFixed(1)} of ${receipt.memory_mb} MB`);
  }
  const outcome = receipt.outcome === 'ok' ? 'ok' : `${receipt.outcome} (code ${receipt.code}, ${receipt.component})`;
  const start = `${receipt.cold ? 'cold start' : 'warm'}${receipt.reserved ? ', reserved' : ''}`;
  return [
    `${receipt.request_id}  ${outcome}, ${start}`,
    `${ms(receipt.total_ms)} total: ${spent.join(', ') || 'nothing measured'}`,
    used.join(', '),
    nodesText(receipt),
  ]
    .filter((part) => part !== '')
    .join(' | ');
}

/** Where it ran, when another server received it. */
function nodesText({ nodes: [receivedBy, ranOn] = [], hop_ms: hopMs }: Receipt): string {
  if (receivedBy === undefined || ranOn === undefined) return '';
  return `ran on ${ranOn}, received by ${receivedBy}${hopMs === undefined ? '' : ` (way ${ms(hopMs)})`}`;
}

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

/** One histogram: cumulative counts of at most `le`, in the unit of the name. */
export interface HistogramSample {
  readonly labels: Labels;
  readonly buckets: ReadonlyArray<readonly [le: number, count: number]>;
  readonly sum: number;
  readonly count: number;
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes the text format of Prometheus. Families without samples are left out. */
export class Exposition {
  readonly #lines: string[] = [];

  gauge(name: string, help: string, samples: readonly Sample[] | number): void {
    this.#family('gauge', name, help, samples);
  }

  /** Never decreases while the server runs. */
  counter(name: string, help: string, samples: readonly Sample[] | number): void {
    this.#family('counter', name, help, samples);
  }

  histogram(name: string, help: string, samples: readonly HistogramSample[]): void {
    if (samples.length === 0) return;
    this.#head('histogram', name, help);
    for (const { labels, buckets, sum, count } of samples) {
      for (const [le, upTo] of buckets) this.#sample(`${name}_bucket`, { ...labels, le: String(le) }, upTo);
      this.#sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count);
      this.#sample(`${name}_sum`, labels, sum);
      this.#sample(`${name}_count`, labels, count);
    }
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #family(type: string, name: string, help: string, samples: readonly Sample[] | number): void {
    const all: readonly Sample[] = typeof samples === 'number' ? [[{}, samples]] : samples;
    if (all.length === 0) return;
    this.#head(type, name, help);
    for (const [labels, value] of all) this.#sample(name, labels, value);
  }

  #head(type: string, name: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`, `# TYPE ${name} ${type}`);
  }

  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
  }
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

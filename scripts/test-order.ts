import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Projects whose files compute for nearly all of their time. Those of the others wait for processes and clocks. */
const COMPUTING = ['integration', 'unit'];
/** Its files share processes only while they follow each other. */
const SHARING = 'pure';
/** The part of the computing files beside which the waiting ones run. The rest fills the end, when the last ones wait. */
const BESIDE = 0.75;

/** Spreads the waiting files evenly over the first part of the computing ones; both stay in their order. */
export function spread<T>(waiting: readonly T[], computing: readonly T[]): T[] {
  const ranked = [
    ...waiting.map((file, index) => ({ file, rank: (BESIDE * index) / waiting.length })),
    ...computing.map((file, index) => ({ file, rank: index / computing.length })),
  ];
  return ranked.sort((a, b) => a.rank - b.rank).map(({ file }) => file);
}

/** Files that wait run beside files that compute: by projects, processors would be idle first and too few later. */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (accepts: (project: string) => boolean) => sorted.filter(({ project }) => accepts(project.name));
    const waiting = of((name) => name !== SHARING && !COMPUTING.includes(name));
    const computing = of((name) => COMPUTING.includes(name));
    return [...spread(waiting, computing), ...of((name) => name === SHARING)];
  }
}

import { placeOf, type ShownTry } from '../model/run-model.ts';

export interface Span {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** A wait of the whole run that is drawn shorter than it was, in parts of the whole from 0 to 1. */
export interface Fold {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

export interface TimeScale {
  readonly folds: readonly Fold[];
  /** Where a moment is drawn, from 0 to 1. */
  readonly partOf: (ms: number) => number;
  /** The moment that is drawn there. */
  readonly momentOf: (part: number) => number;
}

const LONG_MS = 2000;
/** Of the whole width, for one fold and for all of them. */
const FOLD_PART = 0.12;
const ALL_FOLDS_PART = 0.6;

/** When nodes worked, by their begin; without those that only hold others, and without waits. */
export function busySpans(tries: readonly ShownTry[]): readonly Span[] {
  const owners = new Set(tries.flatMap(({ inside }) => inside.map((_, at) => ownerOf(inside.slice(0, at + 1)))));
  return tries
    .filter((each) => each.due === undefined && !owners.has(placeOf(each)))
    .map(({ startedAt, endedAt = Number.POSITIVE_INFINITY }): Span => ({ from: startedAt, to: endedAt }))
    .toSorted((one, other) => one.from - other.from);
}

/** Long times in which nothing worked: the run waited for a moment, a callback or the next attempt. */
export function idleSpans(busy: readonly Span[], { from, to }: Span): readonly Span[] {
  const idle: Span[] = [];
  let done = from;
  for (const span of [...busy, { from: to, to }]) {
    if (span.from > done) idle.push({ from: done, to: span.from });
    done = Math.max(done, span.to);
  }
  const worked = to - from - idle.reduce((sum, span) => sum + span.to - span.from, 0);
  return idle.filter((span) => span.to - span.from >= Math.max(LONG_MS, worked));
}

const ownerOf = (inside: ShownTry['inside']): string => {
  const around = inside.at(-1);
  return around === undefined ? '' : placeOf({ node: around.node, inside: inside.slice(0, -1) });
};

/** The whole time of a run over a width, in which the given spans take little room. */
export function timeScale({ from, to }: Span, folded: readonly Span[]): TimeScale {
  const foldPart = Math.min(FOLD_PART, ALL_FOLDS_PART / Math.max(1, folded.length));
  const open = Math.max(1, to - from - folded.reduce((sum, span) => sum + span.to - span.from, 0));
  const perMs = (1 - foldPart * folded.length) / open;
  const pieces: { readonly span: Span; readonly from: number; readonly to: number; readonly isFold: boolean }[] = [];
  const add = (span: Span, isFold: boolean) => {
    const start = pieces.at(-1)?.to ?? 0;
    pieces.push({ span, from: start, to: start + (isFold ? foldPart : (span.to - span.from) * perMs), isFold });
  };
  let done = from;
  for (const span of folded) {
    add({ from: done, to: span.from }, false);
    add(span, true);
    done = span.to;
  }
  add({ from: done, to: Math.max(to, done + 1) }, false);
  const between = (at: number, one: Span, other: Span) =>
    other.from +
    (Math.min(1, Math.max(0, (at - one.from) / Math.max(one.to - one.from, Number.EPSILON))) || 0) *
      (other.to - other.from);
  return {
    folds: pieces.flatMap((piece) =>
      piece.isFold ? [{ from: piece.from, to: piece.to, ms: piece.span.to - piece.span.from }] : [],
    ),
    partOf: (ms) => {
      const piece = pieces.find(({ span }) => ms <= span.to) ?? pieces.at(-1);
      return piece === undefined ? 0 : Math.min(1, between(ms, piece.span, piece));
    },
    momentOf: (part) => {
      const piece = pieces.find((each) => part <= each.to) ?? pieces.at(-1);
      return piece === undefined ? from : between(part, piece, piece.span);
    },
  };
}

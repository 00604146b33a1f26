import { hash } from 'node:crypto';
import { canonicalText, toJson, type Value } from '@funcgraph/flow';
import { digestsIn } from '../values/run-values.ts';

/** Composed values up to this size are put together, so that they equal a value that came in one piece. */
const COMPOSE_BYTES = 4 * 1024;

/**
 * Digests of values without reading the large ones: those of up to 16 KB are equal when the values are, in any order of
 * their fields. A larger one stands for its text as it is stored, and a large composed one for its parts.
 */
export class ValueDigests {
  /** The base of a loop is part of the input of each iteration. */
  readonly #known = new WeakMap<Value, string>();

  of(value: Value): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const digest = this.#make(value);
    this.#known.set(value, digest);
    return digest;
  }

  #make(value: Value): string {
    if ('json' in value) return hash('sha256', canonicalText(value.json), 'hex');
    if ('digest' in value) return value.digest;
    if (value.bytes <= COMPOSE_BYTES && digestsIn(value).size === 0) {
      return hash('sha256', canonicalText(toJson(value, () => null)), 'hex');
    }
    const parts =
      'list' in value
        ? ['list', ...value.list.map((each) => this.of(each))]
        : ['set', value.base === null ? '' : this.of(value.base), value.path, this.of(value.value)];
    return hash('sha256', JSON.stringify(parts), 'hex');
  }
}

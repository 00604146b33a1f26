import { EXPRESSION, EXPRESSION_LIMITS, ExpressionError } from './expression-error.ts';

/** What the evaluations of one node may still do together: many small ones must not add up to a long pause for others. */
export class Effort {
  #visited = 0;
  #bytes = 0;

  /** Elements looked at so far. */
  get visited(): number {
    return this.#visited;
  }

  /** Throws `ExpressionError` beyond the limit. */
  visit(elements: number): void {
    const limit = EXPRESSION_LIMITS.visitedByNode;
    this.#visited += elements;
    if (this.#visited > limit) throw new ExpressionError(EXPRESSION.too_many, { limit });
  }

  /** Throws `ExpressionError` beyond the limit. */
  take(bytes: number): void {
    const limit = EXPRESSION_LIMITS.nodeBytes;
    this.#bytes += bytes;
    if (this.#bytes > limit) throw new ExpressionError(EXPRESSION.too_large, { limit });
  }
}

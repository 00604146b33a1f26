import { isJsonObject, type Json } from '../json/json.ts';
import type { Effort } from './effort.ts';
import { EXPRESSION, EXPRESSION_LIMITS, ExpressionError } from './expression-error.ts';
import type { Condition, Operand, Operator, PathSyntax, Step } from './syntax.ts';

/** What paths reach besides the value they are evaluated on. */
export interface Scope {
  /** `$CONST`. */
  readonly constants: Json;
  /** `$RUN`. */
  readonly run: Json;
  /** Shared by several evaluations; without it each has its own limits only. */
  readonly effort?: Effort;
}

/** Work that costs as much as looking at one element. */
const AS_ONE = { indexes: 2, copied: 32, textChars: 1024 };

/** One evaluation: where its paths begin, and how many elements it may still look at. */
export class Evaluation {
  readonly #root: Json;
  readonly #scope: Scope;
  #left: number = EXPRESSION_LIMITS.visitedElements;

  constructor(root: Json, scope: Scope) {
    this.#root = root;
    this.#scope = scope;
  }

  /** A definite path gives its value, or undefined where it leads nowhere; any other path gives a list. */
  value(path: PathSyntax, current?: Json): Json | undefined {
    const start = this.#start(path, current);
    if (path.definite) return this.#follow(path.steps, start);
    let values = start === undefined ? [] : [start];
    for (const step of path.steps) values = values.flatMap((value) => this.#select(step, value));
    return values;
  }

  holds(condition: Condition, current?: Json): boolean {
    switch (condition.kind) {
      case 'and':
        return condition.terms.every((term) => this.holds(term, current));
      case 'or':
        return condition.terms.some((term) => this.holds(term, current));
      case 'compare':
        return this.#compare(this.value(condition.left, current) ?? null, condition.operator, condition.right, current);
    }
  }

  #start({ root }: PathSyntax, current: Json | undefined): Json | undefined {
    switch (root) {
      case '$':
        return this.#root;
      case '@':
        return current;
      case '$CONST':
        return this.#scope.constants;
      case '$RUN':
        return this.#scope.run;
    }
  }

  #follow(steps: readonly Step[], start: Json | undefined): Json | undefined {
    let value = start;
    if (steps.length === 0) this.#visit();
    for (const step of steps) {
      if (value === undefined) return undefined;
      this.#visit();
      value = child(step, value);
    }
    return value;
  }

  #select(step: Step, value: Json): Json[] {
    this.#visit();
    switch (step.kind) {
      case 'name':
      case 'index': {
        const one = child(step, value);
        return one === undefined ? [] : [one];
      }
      case 'indexes':
        if (!Array.isArray(value)) return [];
        this.#visit(Math.floor((step.indexes.length - 1) / AS_ONE.indexes));
        return elementsAt(value, step.indexes);
      case 'slice': {
        if (!Array.isArray(value)) return [];
        const copied = value.slice(step.start, step.end);
        this.#visit(Math.floor(copied.length / AS_ONE.copied));
        return copied;
      }
      case 'filter':
        return Array.isArray(value)
          ? value.filter((element) => this.#visit() && this.holds(step.condition, element))
          : [];
    }
  }

  #compare(left: Json, operator: Operator, operand: Operand, current: Json | undefined): boolean {
    if (operand.kind === 'anything') return left !== null;
    const right = operand.kind === 'constant' ? operand.value : (this.value(operand.path, current) ?? null);
    switch (operator) {
      case '==':
        return this.#equal(left, right);
      case '!=':
        return !this.#equal(left, right);
    }
    if (typeof left !== 'number' || typeof right !== 'number') return false;
    switch (operator) {
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '<=':
        return left <= right;
      case '>=':
        return left >= right;
    }
  }

  /** Numbers, texts, booleans and nil equal their like; a list or an object equals nothing. */
  #equal(left: Json, right: Json): boolean {
    // texts of the same length are compared character by character
    if (typeof left === 'string' && typeof right === 'string' && left.length === right.length) {
      this.#visit(Math.floor(left.length / AS_ONE.textChars));
    }
    return (typeof left !== 'object' || left === null) && left === right;
  }

  #visit(elements = 1): true {
    this.#left -= elements;
    if (this.#left < 0) throw new ExpressionError(EXPRESSION.too_many, { limit: EXPRESSION_LIMITS.visitedElements });
    this.#scope.effort?.visit(elements);
    return true;
  }
}

/** Only own properties: data cannot reach what objects inherit. */
function child(step: Step, value: Json): Json | undefined {
  if (step.kind === 'name')
    return isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
  return step.kind === 'index' && Array.isArray(value) ? value.at(step.index) : undefined;
}

/** Each element once, in the order of the indexes: a result is never larger than the data. */
function elementsAt(value: readonly Json[], indexes: readonly number[]): Json[] {
  const places = new Set(indexes.map((index) => (index < 0 ? value.length + index : index)));
  return [...places].flatMap((place) => (place >= 0 && place < value.length ? [value[place] as Json] : []));
}

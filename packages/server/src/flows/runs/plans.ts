import { compile, type FlowDefinition, type Plan } from '@funcgraph/flow';

/** Compiled definitions, each compiled once. */
export class Plans {
  readonly #plans = new WeakMap<FlowDefinition, Plan>();

  of(definition: FlowDefinition): Plan {
    const known = this.#plans.get(definition);
    if (known !== undefined) return known;
    const plan = compile(definition);
    this.#plans.set(definition, plan);
    return plan;
  }
}

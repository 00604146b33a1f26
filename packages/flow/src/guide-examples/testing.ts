import type { FlowDefinition } from '../definition.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { draw } from '../testing.ts';

/** A flow of the guide's section 3.11.1, with what its functions do. */
export interface GuideExample {
  readonly definition: FlowDefinition;
  readonly input: JsonObject;
  readonly functions: Readonly<Record<string, (event: JsonObject) => Json>>;
}

const inputOf = (event: JsonObject): number => Number(event.input);
const FILTERS = { input: '$.input', result: '$.result' };

/** Three branches: the input, the input and two, its square. 3 gives 3, 5 and 9. */
export const parallelBranches: GuideExample = {
  definition: draw(
    [
      's:start',
      'p:parallel',
      ['f1:function', { function: 'same', output_filter: FILTERS.result }],
      ['f2:function', { function: 'add-two', output_filter: FILTERS.result }],
      ['f3:function', { function: 'square', output_filter: FILTERS.result }],
    ],
    ['s>p', 'p>f1', 'p>f2', 'p>f3'],
    { name: 'parallel-branches' },
  ),
  input: { input: 3 },
  functions: {
    same: (event) => ({ result: inputOf(event) }),
    'add-two': (event) => ({ result: inputOf(event) + 2 }),
    square: (event) => ({ result: inputOf(event) ** 2 }),
  },
};

/** A service, one function after the other: 3 gives 5, which gives 25. */
export const serialService: GuideExample = {
  definition: draw(
    [
      's:start',
      ['v:service', { action_mode: 'sequential' }],
      ['f2:function@v', { function: 'add-two' }],
      ['f3:function@v', { function: 'square', parameters: [{ key: 'input', value: FILTERS.result }] }],
    ],
    ['s>v', 'f2>f3'],
    { name: 'serial-service' },
  ),
  input: { input: 3 },
  functions: parallelBranches.functions,
};

/** A service, both functions at once: their output filters rename the fields that would overwrite each other. */
export const parallelService: GuideExample = {
  definition: draw(
    [
      's:start',
      ['v:service', { action_mode: 'parallel' }],
      ['f1:function@v', { function: 'succeed', output_filter: { result1: '$.result' } }],
      ['f2:function@v', { function: 'succeed', output_filter: { result2: '$.result' } }],
    ],
    ['s>v'],
    { name: 'parallel-service' },
  ),
  input: {},
  functions: { succeed: () => ({ result: 'success' }) },
};

/** A function whose input is its status: 200 leads to the normal function; 500 to 8 retries, then to the record. */
export const errorHandling: GuideExample = {
  definition: draw(
    [
      's:start',
      ['f:function', { function: 'status' }],
      ['h:error', { retries: [{ condition: '$.status==500||$.status==404', interval_seconds: 1, max_retries: 8 }] }],
      ['normal:function', { function: 'normal' }],
      ['record:function', { function: 'record' }],
    ],
    ['s>f', 'f>normal', 'f>h', 'h>record'],
    { name: 'error-handling' },
  ),
  input: { input: 500 },
  functions: {
    status: (event) => ({ status: inputOf(event) }),
    normal: () => ({ done: true }),
    record: (event) => ({ recorded: event.status ?? null }),
  },
};

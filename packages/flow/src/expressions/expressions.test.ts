import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json/json.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { compileExpression, compileFilter, compilePath, compileValue } from './compile.ts';
import { EXPRESSION_LIMITS, ExpressionError } from './expression-error.ts';

const scope = { constants: { limit: 20, 中文: { deep: [1, 2] } }, run: { id: 'r1', callback: { w: 'secret' } } };

/** The guide's sample for its table of operators. */
const apple = { name: 'apple', weight: 13.4, type: [3, 4, 6, 8], obj: { a: 1 } };

const groceries = {
  fruits: ['apple', 'orange', 'pear'],
  vegetables: [
    { veggieName: 'potato', veggieLike: true },
    { veggieName: 'broccoli', veggieLike: false },
  ],
};

const path = (text: string, root: Json): Json | undefined => compilePath(text).evaluate(root, scope);
const holds = (text: string, root: Json): boolean => compileExpression(text).evaluate(root, scope);

function errorOf(body: () => unknown): ExpressionError {
  try {
    body();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a path', () => {
  it.each<[string, Json, Json | undefined]>([
    ['$', 3, 3],
    ['$.fruits', groceries, ['apple', 'orange', 'pear']],
    ['$.vegetables[?(@.veggieLike == true)].veggieName', groceries, ['potato']],
    ['$.fruits[0]', groceries, 'apple'],
    ['$.fruits[-1]', groceries, 'pear'],
    ['$.fruits[3]', groceries, undefined],
    ['$.fruits[0,2]', groceries, ['apple', 'pear']],
    ['$.fruits[ 2 , 0 ]', groceries, ['pear', 'apple']],
    ['$.fruits[0,0,-3]', groceries, ['apple']],
    ['$.fruits[7,1]', groceries, ['orange']],
    ['$.fruits[0:2]', groceries, ['apple', 'orange']],
    ['$.fruits[1:]', groceries, ['orange', 'pear']],
    ['$.fruits[:-1]', groceries, ['apple', 'orange']],
    ['$.fruits[-2:]', groceries, ['orange', 'pear']],
    ['$.fruits[:]', groceries, ['apple', 'orange', 'pear']],
    ['$.fruits[5:9]', groceries, []],
    ['$.vegetables[0:2].veggieName', groceries, ['potato', 'broccoli']],
    [
      '$.vegetables[?( @.veggieLike == true || @.veggieName == ‘broccoli’ )].veggieName',
      groceries,
      ['potato', 'broccoli'],
    ],
    ['$.vegetables[?(@.veggieLike == true)][0]', groceries, []],
    ['$.vegetables[?(@.absent == nil)].veggieName', groceries, ['potato', 'broccoli']],
    ['$.numbers[?(@ > 2)]', { numbers: [1, 2, 3, '4', null] }, [3]],
    ['$.numbers[?(@ <= $.max)]', { numbers: [1, 2, 3], max: 2 }, [1, 2]],
    ['$.rows[0:2][0]', { rows: [[1, 2], [3], [4]] }, [1, 3]],
    ['$.rows[?(@.a == 1)].list[1:].b', { rows: [{ a: 1, list: [{ b: 1 }, { b: 2 }] }, { a: 2 }] }, [2]],
    ['$.absent', groceries, undefined],
    ['$.absent[0:2]', groceries, []],
    ['$.absent[?(@.a == 1)]', groceries, []],
    ['$.fruits.name', groceries, undefined],
    ['$.fruits.length', groceries, undefined],
    ['$.a.b', { a: null }, undefined],
    ['$.a', { a: null }, null],
    ['$.a-b_c9.中文', { 'a-b_c9': { 中文: 1 } }, 1],
    ['$.0', { 0: 'zero' }, 'zero'],
    ['  $.fruits[0]  ', groceries, 'apple'],
    ['$CONST.limit', {}, 20],
    ['$CONST.中文.deep[1]', {}, 2],
    ['$RUN.id', {}, 'r1'],
    ['$RUN.callback.w', {}, 'secret'],
  ])('%s gives what it leads to', (text, root, expected) => {
    expect(path(text, root)).toEqual(expected);
  });

  it.each(['$.__proto__', '$.constructor', '$.toString', '$.a.__proto__', '$.hasOwnProperty', '$CONST.__proto__'])(
    '%s leads nowhere: nothing that objects inherit can be reached',
    (text) => {
      expect(path(text, { a: 'text' })).toBeUndefined();
    },
  );

  it('reaches a field named __proto__ that the data has', () => {
    expect(path('$.__proto__.a', JSON.parse('{"__proto__":{"a":1}}'))).toBe(1);
  });

  it('has names when it leads from the root by names only', () => {
    const texts = ['$', '$.a.b', '$.a[0]', '$CONST.a', '$.a[0:1]'];
    expect(texts.map((text) => compilePath(text).names)).toEqual([[], ['a', 'b'], undefined, undefined, undefined]);
  });

  it.each<[string, number, string]>([
    ['', 0, 'path_start'],
    ['name', 0, 'path_start'],
    ['@.a', 0, 'current_outside'],
    ['$FOO.a', 0, 'unknown_root'],
    ['$.', 2, 'name_missing'],
    ['$..name', 1, 'descent'],
    ['$.*', 2, 'wildcard'],
    ['$[*]', 2, 'wildcard'],
    ["$['a']", 2, 'bracket_name'],
    ['$.a["b"]', 4, 'bracket_name'],
    ['$.a[1', 5, 'bracket'],
    ['$.a[]', 4, 'bracket'],
    ['$.a[1,]', 6, 'bracket'],
    ['$.a[x]', 4, 'bracket'],
    ['$.a[1.5]', 4, 'index'],
    ['$.a[99999999999999999999]', 4, 'index'],
    ['$.a[0:9:2]', 7, 'slice_step'],
    ['$.a[?@.b == 1]', 5, 'bracket'],
    ['$.a[?(@.b == 1]', 14, 'parenthesis'],
    ['$.a[?(@.b)]', 9, 'operator_missing'],
    ['$.a[?(@.b == @.c[?(@.d == 1)])]', 16, 'filter_in_expression'],
    ['$.a b', 4, 'rest'],
    ['$.a == 1', 4, 'rest'],
    ['$.length()', 8, 'rest'],
    [`$${'.a'.repeat(65)}`, 131, 'too_deep'],
    [`$.${'a'.repeat(FLOW_LIMITS.expressionBytes)}`, 0, 'too_long'],
  ])('%s is refused at character %i', (text, position, key) => {
    const error = errorOf(() => compilePath(text));
    expect([error.rule.key, error.position]).toEqual([`expression.${key}`, position]);
  });
});

describe('an expression', () => {
  it.each<[string, boolean]>([
    ["$.name == 'apple'", true],
    ["$.name != 'apple'", false],
    ['$.weight < 12', false],
    ['$.weight > 12', true],
    ['$.weight <= 13.4', true],
    ['$.weight >= 13.4', true],
    ["$.weight == '*'", true],
    ["$.name == 'apple' || $.weight < 12", true],
    ["$.name == 'apple' && $.weight < 12", false],
  ])('%s is %s on the sample of the guide', (text, expected) => {
    expect(holds(text, apple)).toBe(expected);
  });

  it.each<[string, Json, boolean]>([
    ['$.status==500||$.status==404', { status: 404 }, true],
    ['$.status==500||$.status==404', { status: 200 }, false],
    ['$.name == ‘apple’', apple, true],
    ['$.name == ’apple’', apple, true],
    ["$.name == 'it\\'s \\\\ \\n'", { name: "it's \\ \\n" }, true],
    ["$.name == '好 “quoted”'", { name: '好 “quoted”' }, true],
    ["$.name == ''", { name: '' }, true],
    ['$.a == true', { a: true }, true],
    ["$.a == 'true'", { a: true }, false],
    ['$.a == 1', { a: '1' }, false],
    ['$.a == 1.0', { a: 1 }, true],
    ['$.a == -1.5e2', { a: -150 }, true],
    ['$.a == nil', { a: null }, true],
    ['$.a == null', { a: null }, true],
    ['$.absent == nil', {}, true],
    ['$.absent != nil', {}, false],
    ['$.absent == 1', {}, false],
    ['$.absent != 1', {}, true],
    ['$.absent < 1', {}, false],
    ['$.absent >= 1', {}, false],
    ["$.absent == '*'", {}, false],
    ["$.a == '*'", { a: null }, false],
    ["$.a == '*'", { a: false }, true],
    ["$.a == '*'", { a: {} }, true],
    ['$.a < 5', { a: '3' }, false],
    ['$.a == nil', { a: {} }, false],
    ['$.a != nil', { a: {} }, true],
    ['$.a == $.a', { a: {} }, false],
    ['$.a == $.b', { a: 'x', b: 'x' }, true],
    ['$.a >= $CONST.limit', { a: 20 }, true],
    ["$RUN.id == 'r1'", {}, true],
    ['$.list[1] == 2', { list: [1, 2] }, true],
    ['$ == 3', 3, true],
    ['$.a == 1 || $.a == 2 && $.b == 1', { a: 1, b: 0 }, true],
    ['($.a == 1 || $.a == 2) && $.b == 1', { a: 1, b: 0 }, false],
    ['((($.a == 1)))', { a: 1 }, true],
  ])('%s on %j is %s', (text, root, expected) => {
    expect(holds(text, root)).toBe(expected);
  });

  it.each<[string, number, string, string]>([
    ['', 0, 'path_start', 'X-30'],
    ['20 <= $.age', 0, 'path_start', 'X-30'],
    ['$.age', 5, 'operator_missing', 'X-32'],
    ['$.age = 20', 6, 'operator_missing', 'X-32'],
    ['$.age =~ 20', 6, 'operator_missing', 'X-32'],
    ['$.age ==', 8, 'constant_missing', 'X-32'],
    ['$.age == twenty', 9, 'constant_missing', 'X-32'],
    ['$.a == "x"', 7, 'double_quotes', 'E-01'],
    ['$.a == “x”', 7, 'double_quotes', 'E-01'],
    ["$.a == 'x", 7, 'quote_missing', 'E-01'],
    ["$.a != '*'", 7, 'anything', 'X-32'],
    ["$.a < 'x'", 6, 'not_a_number', 'X-32'],
    ['$.a < nil', 6, 'not_a_number', 'X-32'],
    ['$.a == 1e999', 7, 'number', 'X-32'],
    ['$.a == 1 || ', 12, 'path_start', 'X-30'],
    ['$.a == 1 && && $.b == 1', 12, 'path_start', 'X-30'],
    ['($.a == 1', 9, 'parenthesis', 'X-32'],
    ['$.a == 1)', 8, 'rest', 'X-32'],
    ['$.a == 1 $.b == 1', 9, 'rest', 'X-32'],
    ['$.a[?(@.b == 1)] == 1', 3, 'filter_in_expression', 'E-02'],
    ['$.a[0,1] == 1', 0, 'list_in_expression', 'E-02'],
    ['$.a == $.b[1:2]', 7, 'list_in_expression', 'E-02'],
    ['@.a == 1', 0, 'current_outside', 'X-30'],
    ['eval(1) == 1', 0, 'path_start', 'X-30'],
    [`${'('.repeat(65)}$.a == 1${')'.repeat(65)}`, 65, 'too_deep', 'X-33'],
    [`$.a == '${'好'.repeat(1400)}'`, 0, 'too_long', 'X-33'],
  ])('%s is refused at character %i', (text, position, key, code) => {
    const error = errorOf(() => compileExpression(text));
    expect([error.rule.key, error.rule.code, error.position]).toEqual([`expression.${key}`, code, position]);
  });

  it('says in both languages what is wrong and where', () => {
    const { text, message } = errorOf(() => compileExpression('$.a == "x"'));
    expect(text).toEqual({
      en: 'Text stands in single quotes. (character 8)',
      zh: '文本必须使用单引号。（第 8 个字符）',
    });
    expect(message).toBe(text.en);
  });

  it('may have 64 parentheses inside each other', () => {
    expect(holds(`${'('.repeat(64)}$.a == 1${')'.repeat(64)}`, { a: 1 })).toBe(true);
  });
});

describe('a filter', () => {
  it.each<[Json, Json, Json | undefined]>([
    ['$.a', { a: 1 }, 1],
    ['$.absent', { a: 1 }, undefined],
    [{ result1: '$.result' }, { result: 'success' }, { result1: 'success' }],
    [{ a: { b: ['$.x', 'text', 3, '$CONST.limit'] } }, { x: [1] }, { a: { b: [[1], 'text', 3, 20] } }],
    [{ a: '$.absent', b: ['$.absent'], c: '$.n' }, { n: null }, { b: [null], c: null }],
    [{ a: '$.list[?(@ > 1)]' }, { list: [1, 2] }, { a: [2] }],
    [{}, { a: 1 }, {}],
  ])('%j gives its result', (filter, root, expected) => {
    expect(compileFilter(filter).evaluate(root, scope)).toEqual(expected);
  });

  it('that is text must be a path; a value may also be a constant', () => {
    expect(errorOf(() => compileFilter('abc')).rule.key).toBe('expression.path_start');
    expect(compileValue('abc').evaluate({}, scope)).toBe('abc');
    expect(compileValue('$.a').evaluate({ a: 2 }, scope)).toBe(2);
  });

  it('names the place of a faulty path in a template', () => {
    const error = errorOf(() => compileFilter({ list: [{ name: '$.a', other: '$..b' }] }));
    expect([error.field, error.position, error.rule.key]).toEqual(['list[0].other', 1, 'expression.descent']);
  });

  it('keeps a key named __proto__ as data', () => {
    const result = compileFilter(JSON.parse('{"__proto__":"$.a"}')).evaluate({ a: { polluted: 1 } }, scope);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });

  it('refuses to repeat a large value beyond the size of a value', () => {
    const large = { text: 'x'.repeat(1_000_000) };
    const repeat = (times: number): JsonObject => ({ list: Array(times).fill('$') });
    expect(compileFilter(repeat(6)).evaluate(large, scope)).toEqual({ list: Array(6).fill(large) });
    expect(errorOf(() => compileFilter(repeat(7)).evaluate(large, scope)).rule.key).toBe('expression.too_large');
  });

  it('measures data of any depth', () => {
    let nested: Json = 1;
    for (let depth = 0; depth < 200_000; depth++) nested = [nested];
    expect(compileFilter({ a: '$' }).evaluate(nested, scope)).toEqual({ a: expect.anything() });
  });
});

describe('limits of an evaluation', () => {
  it('stops a filter after 100,000 elements', () => {
    const list = (length: number) => Array.from({ length }, (_, at) => at);
    const filter = compilePath('$[?(@ == 1)]');
    const fits = EXPRESSION_LIMITS.visitedElements / 2 - 1;
    expect(filter.evaluate(list(fits), scope)).toEqual([1]);
    expect(errorOf(() => filter.evaluate(list(fits + 1), scope)).rule.key).toBe('expression.too_many');
  });

  it('counts each comparison of each element', () => {
    const condition = Array.from({ length: 300 }, (_, at) => `@ == ${at}`).join('||');
    const list = Array(1000).fill(-1);
    expect(errorOf(() => path(`$[?(${condition})]`, list)).rule.key).toBe('expression.too_many');
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...['$', '@', '.', '..', '[', ']', '(', ')', '?', '[?(', ')]', '*', ':', ',', '==', '!=', '<', '>=', '&&', '||'],
    ...[
      "'",
      '‘',
      '’',
      '"',
      '\\',
      'a',
      '中',
      '__proto__',
      'CONST',
      'RUN',
      'nil',
      'true',
      '1',
      '-',
      '1e9',
      '.5',
      ' ',
      '\n',
    ],
    ...['$.a', "== 'x'", '\u0000', '\ud800', '(((((', '=', '{', '}'],
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const json = fc.jsonValue() as fc.Arbitrary<Json>;

  it('is compiled and evaluated, or refused with an ExpressionError', () => {
    fc.assert(
      fc.property(texts, json, (text, root) => {
        for (const compile of [compilePath, compileExpression, compileFilter, compileValue]) {
          try {
            compile(text).evaluate(root, scope);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
            const { position } = error as ExpressionError;
            expect(position === undefined || (position >= 0 && position <= text.length)).toBe(true);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('gives no more of the data than the data has', () => {
    const paths = fc
      .array(fc.constantFrom('[0:]', '[0,0,-1]', '.a', '[0,1,2]', '[?(@ != 1)]', '[:9]', '[-1,0]'), { maxLength: 12 })
      .map((steps) => `$${steps.join('')}`);
    fc.assert(
      fc.property(paths, json, (text, root) => {
        const result = path(text, root);
        if (result === undefined) return;
        expect(JSON.stringify(result).length).toBeLessThanOrEqual(JSON.stringify(root).length + 2);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a well-formed expression', () => {
  type Sample = { readonly text: string; readonly holds: boolean };
  const data: JsonObject = { a: 1, b: -2.5, t: 'it’s', n: null, f: false, o: {}, l: [7] };
  const left = fc.constantFrom<[string, Json]>(
    ['$.a', 1],
    ['$.b', -2.5],
    ['$.t', 'it’s'],
    ['$.n', null],
    ['$.f', false],
    ['$.o', {}],
    ['$.l[0]', 7],
    ['$.gone.far', null],
  );
  const right = fc.constantFrom<[string, Json]>(
    ['1', 1],
    ['-2.5', -2.5],
    ["'it’s'", 'it’s'],
    ['nil', null],
    ['false', false],
  );
  const blank = fc.constantFrom('', ' ', '\t\n');
  const comparison = fc
    .tuple(left, fc.constantFrom('==', '!=', '<', '>', '<=', '>='), right, blank)
    .filter(([, operator, [, value]]) => typeof value === 'number' || operator === '==' || operator === '!=')
    .map(([[path, a], operator, [constant, b], space]): Sample => {
      const numbers = typeof a === 'number' && typeof b === 'number' ? a - b : Number.NaN;
      const result = {
        '==': a === b,
        '!=': a !== b,
        '<': numbers < 0,
        '>': numbers > 0,
        '<=': numbers <= 0,
        '>=': numbers >= 0,
      }[operator];
      return { text: `${path}${space}${operator}${space}${constant}`, holds: result === true };
    });
  const { expression } = fc.letrec<{ expression: Sample; group: Sample; and: Sample }>((tie) => ({
    group: fc.oneof({ depthSize: 'small', withCrossShrink: true }, comparison, tie('expression').map(inParentheses)),
    and: joined(tie('group'), '&&', (samples) => samples.every((one) => one.holds)),
    expression: joined(tie('and'), '||', (samples) => samples.some((one) => one.holds)),
  }));

  function inParentheses({ text, holds }: Sample): Sample {
    return { text: `( ${text} )`, holds };
  }

  function joined(
    part: fc.Arbitrary<Sample>,
    by: string,
    decide: (samples: Sample[]) => boolean,
  ): fc.Arbitrary<Sample> {
    return fc
      .array(part, { minLength: 1, maxLength: 3 })
      .map((samples) => ({ text: samples.map(({ text }) => text).join(` ${by} `), holds: decide(samples) }));
  }

  it('holds exactly when it should, whatever its nesting', () => {
    const short = expression.filter(({ text }) => text.length < 2000);
    fc.assert(
      fc.property(short, (sample) => {
        expect(holds(sample.text, data)).toBe(sample.holds);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('time', () => {
  function milliseconds(body: () => void): number {
    const started = performance.now();
    body();
    return performance.now() - started;
  }

  /**
   * Eight times the input takes 8 times as long where the time is linear, and 64 times where it is quadratic. The
   * fastest runs are compared, and more are made while they disagree: a busy machine makes a run slower, never faster.
   */
  function expectLinear(small: () => void, large: () => void): void {
    let [fastestSmall, fastestLarge] = [Infinity, Infinity];
    const isLinear = () => fastestLarge < 8 * 3 * Math.max(fastestSmall, 0.01);
    const started = performance.now();
    for (let run = 0; run < 8 || (performance.now() - started < 30_000 && !isLinear()); run++) {
      fastestSmall = Math.min(fastestSmall, milliseconds(small));
      fastestLarge = Math.min(fastestLarge, milliseconds(large));
    }
    expect(isLinear(), `${fastestSmall} ms, and ${fastestLarge} ms for eight times as much`).toBe(true);
  }

  const tolerate = (compile: (text: string) => unknown, text: string) => () => {
    for (let round = 0; round < 10; round++) {
      try {
        compile(text);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
      }
    }
  };

  it.each<[string, (length: number) => string]>([
    ['one long name', (length) => `$.${'a'.repeat(length)}`],
    ['one long text', (length) => `$.a == '${'x'.repeat(length)}'`],
    ['an open quote', (length) => `$.a == '${'\\'.repeat(length)}`],
    ['blanks', (length) => `$.a${' '.repeat(length)}`],
    ['digits', (length) => `$.a == ${'9'.repeat(length)}`],
    ['many alternatives', (length) => `$.a==1${'||$.a==1'.repeat(length / 8)}`],
    ['many indexes', (length) => `$[0${',0'.repeat(length / 2)}]`],
    ['open brackets', (length) => '$[?('.repeat(length / 4)],
  ])('of compiling %s grows no faster than the text', (_, text) => {
    const compile = text(8).startsWith('$[') ? compilePath : compileExpression;
    expectLinear(tolerate(compile, text(500)), tolerate(compile, text(4000)));
  });

  it.each(['$[?(@.a == 1 && @.b != 2)].c', '$[0:].a', '$[?(@ != 1)][?(@ != 1)]'])(
    'of evaluating %s grows no faster than the data',
    (text) => {
      const list = (length: number) => Array.from({ length }, () => ({ a: 1, b: 1, c: 1 }));
      const compiled = compilePath(text);
      const [short, long] = [list(2_000), list(16_000)];
      expectLinear(
        () => compiled.evaluate(short, scope),
        () => compiled.evaluate(long, scope),
      );
    },
  );
});

import { expect, it } from 'vitest';
import { Exposition } from './exposition.ts';

it('escapes values of labels, and leaves out families without samples', () => {
  const text = new Exposition();
  text.counter('empty_total', 'Nothing.', []);
  text.gauge('one', 'A number.', 1.5);
  text.counter('calls_total', 'A\nline.', [[{ name: 'a"b\\c\nd' }, 3]]);
  expect(text.text()).toBe(
    '# HELP one A number.\n# TYPE one gauge\none 1.5\n' +
      '# HELP calls_total A\\nline.\n# TYPE calls_total counter\ncalls_total{name="a\\"b\\\\c\\nd"} 3\n',
  );
});

it('writes buckets, their end, sum and count of a histogram', () => {
  const text = new Exposition();
  text.histogram('took_seconds', 'Time.', [{ labels: { route: 'x' }, buckets: [[0.5, 1]], sum: 2, count: 3 }]);
  expect(text.text().split('\n').slice(2)).toEqual([
    'took_seconds_bucket{route="x",le="0.5"} 1',
    'took_seconds_bucket{route="x",le="+Inf"} 3',
    'took_seconds_sum{route="x"} 2',
    'took_seconds_count{route="x"} 3',
    '',
  ]);
});

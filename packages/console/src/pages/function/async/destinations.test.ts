import { describe, expect, it } from 'vitest';
import {
  type AsyncConfig,
  type DestinationFields,
  destinationOf,
  fieldsOf,
  leadsBack,
  placeOf,
} from './destinations.ts';

const A = 'urn:fss:r1:p1:function:default:a';

describe('a destination in a form', () => {
  it.each<[DestinationFields, object, string]>([
    [{ kind: 'FunctionGraph', function: `${A}:latest` }, { func_urn: `${A}:latest` }, `${A}:latest`],
    [
      { kind: 'OBS', bucket: 'results', prefix: 'daily/', expires: 30 },
      { bucket: 'results', prefix: 'daily/', expires: 30 },
      'obs://results/daily/',
    ],
    [{ kind: 'SMN', topic: 'urn:smn:r1:p1:news' }, { topic_urn: 'urn:smn:r1:p1:news' }, 'urn:smn:r1:p1:news'],
    [{ kind: 'DIS', stream: 'river' }, { stream_name: 'river' }, 'river'],
    [{ kind: 'HTTP', url: 'https://x.example/' }, { url: 'https://x.example/' }, 'https://x.example/'],
  ])('%j is stored and read again', (fields, param, place) => {
    const stored = destinationOf(fields);
    expect(JSON.parse(stored?.param ?? '')).toEqual(param);
    expect(fieldsOf(stored)).toEqual(fields);
    expect(placeOf(fields)).toBe(place);
  });

  it('may be none, and none is read of an unknown kind', () => {
    expect(destinationOf({ kind: '' })).toBeNull();
    expect(fieldsOf({ destination: 'OTHER', param: '{' })).toEqual({ kind: '' });
    expect(fieldsOf(null)).toEqual({ kind: '' });
  });
});

describe('a circle of destinations', () => {
  const config = (func_urn: string): AsyncConfig =>
    ({
      destination_config: { on_failure: { destination: 'FunctionGraph', param: JSON.stringify({ func_urn }) } },
    }) as AsyncConfig;

  it('is seen for any version, and not for other functions', () => {
    expect(leadsBack([config(`${A}:!live`)], A)).toBe(true);
    expect(leadsBack([config(`${A}b:latest`)], A)).toBe(false);
    expect(leadsBack([], A)).toBe(false);
  });
});

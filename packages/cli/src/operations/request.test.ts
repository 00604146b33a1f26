import { ROUTES } from '@funcgraph/api';
import { describe, expect, test } from 'vitest';
import { fieldFlags, fieldsOf, requestOf } from './request.ts';

describe('a request', () => {
  test('has each field where the operation has it', () => {
    const fields = { project_id: 'p1', function_urn: 'urn', name: 'live', version: '1.0' };
    expect(requestOf(ROUTES.createVersionAlias, fields)).toEqual({
      params: { project_id: 'p1', function_urn: 'urn' },
      query: {},
      body: { name: 'live', version: '1.0' },
    });
  });

  test('has the fields of a body inside its only field, when that is an object', () => {
    const { body } = requestOf(ROUTES.createGroup, { name: 'developers', description: 'all of them' });
    expect(body).toEqual({ group: { name: 'developers', description: 'all of them' } });
  });

  test('has numbers in the query as text', () => {
    expect(requestOf(ROUTES.listAudit, { limit: 50 }).query).toEqual({ limit: '50' });
  });

  test('omits undefined fields', () => {
    expect(requestOf(ROUTES.createNetwork, { name: 'backend', cidr: undefined }).body).toEqual({ name: 'backend' });
  });

  test('has a body, perhaps an empty one, only where the operation takes one', () => {
    const params = { project_id: 'p1', function_urn: 'urn' };
    expect(requestOf(ROUTES.createFunctionVersion, params)).toEqual({ params, query: {}, body: {} });
    expect(requestOf(ROUTES.listFunctionVersions, params)).toEqual({ params, query: {} });
  });

  test('cannot have a field that is none of the operation', () => {
    expect(() => requestOf(ROUTES.showNetwork, { colour: 'red' })).toThrow('no field colour');
  });
});

describe('a flag that is a field', () => {
  test.each([
    ['text', ROUTES.createNetwork, 'vpc-id'],
    ['boolean', ROUTES.createNetwork, 'nat'],
    ['integer', ROUTES.listAudit, 'limit'],
  ] as const)('is %s by the schema', (type, route, name) => {
    expect(fieldFlags(route, { [name]: ['X', 'x'] })[name]?.type).toBe(type);
  });

  test('has the choices of an enumeration', () => {
    expect(fieldFlags(ROUTES.listAudit, { result: ['X', 'x'] }).result?.choices).toEqual(['ok', 'failed']);
  });

  test('is required like the field, unless it has a fallback', () => {
    const flags = { count: ['N', 'x'], name: ['X', 'x', { field: 'count', fallback: 1 }] } as const;
    const { count, name } = fieldFlags(ROUTES.updateFunctionReservedInstancesCount, flags);
    expect([count?.required, name?.required]).toEqual([true, undefined]);
  });

  test('is refused without such a field', () => {
    expect(() => fieldFlags(ROUTES.showNetwork, { colour: 'x' })).toThrow('no field colour');
  });

  test('gives its value to the field it names; a flag with a type of its own gives none', () => {
    const flags = {
      name: ['X', 'x', { field: 'version' }],
      'max-age': ['N', 'x'],
      own: { type: 'text', summary: 'x' },
    } as const;
    const values = { name: '1.0', 'max-age': 5, own: 'y' };
    expect(fieldsOf(flags, values)).toEqual({ version: '1.0', max_age: 5 });
  });
});

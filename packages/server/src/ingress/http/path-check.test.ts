import { describe, expect, it } from 'vitest';
import { checkPath } from './path-check.ts';

const project = { region: 'here', isOfProject: true };

describe('the path of a request', () => {
  it('has a value for every parameter', () => {
    expect(() => checkPath({ project_id: 'p1', function_urn: '' }, {}, project)).toThrow(
      'function_urn in the path is empty',
    );
    expect(() => checkPath({ project_id: '{project_id}' }, {}, project)).toThrow('{project_id} instead of a value');
    expect(() => checkPath({ project_id: 'p1', name: '{id}' }, {}, project)).not.toThrow();
  });

  it('names the project of the headers, except where a project is the object', () => {
    const headers = { 'x-project-id': 'p1' };
    expect(() => checkPath({ project_id: 'p1' }, headers, project)).not.toThrow();
    expect(() => checkPath({ project_id: 'p2' }, headers, project)).toThrow('another project than the path');
    expect(() => checkPath({ project_id: 'p2' }, headers, { ...project, isOfProject: false })).not.toThrow();
  });

  it('has URNs of the region of the server only, and leaves other text to its reader', () => {
    const urn = (region: string) => ({ function_urn: `urn:fss:${region}:p1:function:default:hello` });
    expect(() => checkPath(urn('here'), {}, project)).not.toThrow();
    expect(() => checkPath({ function_urn: 'urn:fsx' }, {}, project)).not.toThrow();
    for (const other of ['there', 'her', 'hereby', '']) {
      expect(() => checkPath(urn(other), {}, project)).toThrow(`the URN belongs to the region ${other}`);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFlowUrn, formatUrn, parseFlowUrn, parseUrn } from './urn.ts';

const part = fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/);

describe('urn', () => {
  it('reads back its own text, for any parts and qualifier', () => {
    const qualifier = fc.option(fc.record({ kind: fc.constantFrom('version' as const, 'alias' as const), name: part }));
    fc.assert(
      fc.property(part, part, part, part, qualifier, (region, projectId, pkg, name, q) => {
        const urn = { region, projectId, package: pkg, name, ...(q === null ? {} : { qualifier: q }) };
        expect(parseUrn(formatUrn(urn))).toEqual(urn);
      }),
    );
  });

  it.each([
    'urn:fss:r:p:function:default',
    'urn:fss:r:p:function::name',
    'urn:fss:r:p:function:default:name:',
    'urn:fss:r:p:function:default:name:!',
    'urn:fss:r:p:function:default:name:v1:extra',
    'urn:other:r:p:function:default:name',
    'urn:fss:r:p:trigger:default:name',
    'urn:fss:r:p:function:default:na me',
    'urn:fss:r:../p:function:default:name',
    '',
  ])('refuses %j', (text) => {
    expect(parseUrn(text)).toBeUndefined();
  });
});

describe('the URN of a flow', () => {
  it('reads back its own text, for any name', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_().\u4e00-\u9fff-]{1,64}$/);
    fc.assert(
      fc.property(part, part, name, (region, projectId, flow) => {
        const urn = { region, projectId, name: flow };
        expect(parseFlowUrn(formatFlowUrn(urn))).toEqual(urn);
        expect(parseFlowUrn(formatFlowUrn(urn).replace(/:latest$/, ''))).toEqual(urn);
      }),
    );
  });

  it.each([
    'urn:fss:r:p:workflow:default:',
    'urn:fss:r:p:workflow:default:a b',
    'urn:fss:r:p:workflow:other:name:latest',
    'urn:fss:r:p:workflow:default:name:v1',
    'urn:fss:r:p:workflow:default:name:latest:more',
    'urn:fss:r:p:function:default:name',
    `urn:fss:r:p:workflow:default:${'x'.repeat(65)}`,
    '',
  ])('is not %j', (text) => {
    expect(parseFlowUrn(text)).toBeUndefined();
  });
});

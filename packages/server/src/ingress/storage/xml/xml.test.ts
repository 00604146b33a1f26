import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors.ts';
import { all, maybe, readXml, textOf } from './read.ts';
import { writePlainXml, writeXml } from './write.ts';

const code = (text: string | Buffer): string => {
  try {
    readXml(Buffer.from(text as string), 'Delete');
    return 'read';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
};

describe('XML of requests', () => {
  it('is read with namespaces, CDATA, comments and the entities of XML', () => {
    const text =
      '\ufeff<?xml version="1.0"?>\n<s3:Delete xmlns:s3="x"><!-- c --><Object><Key>a&amp;<![CDATA[<b>]]>&#228;</Key></Object>\n<Object><Key/></Object></s3:Delete>';
    expect(all(readXml(Buffer.from(text), 'Delete'), 'Object').map((one) => textOf(one, 'Key'))).toEqual([
      'a&<b>ä',
      '',
    ]);
  });

  it('may be an empty element', () => {
    expect(readXml(Buffer.from('<Delete/>'), 'Delete').children).toEqual([]);
  });

  it.each([
    ['a document type', '<!DOCTYPE Delete><Delete/>'],
    ['an entity', '<!DOCTYPE d [<!ENTITY a "b">]><Delete>&a;</Delete>'],
    ['entities that grow', '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Delete>&b;</Delete>'],
    ['an entity of a file', '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><Delete>&a;</Delete>'],
    ['an unknown entity', '<Delete>&nbsp;</Delete>'],
    ['a processing instruction', '<?php x?><Delete/>'],
    ['another root', '<Remove/>'],
    ['no root', ''],
    ['two roots', '<Delete/><Delete/>'],
    ['an element without end', '<Delete><Object>'],
    ['elements that cross', '<Delete><a><b></a></b></Delete>'],
    ['text and elements', '<Delete>x<Object/></Delete>'],
    ['a zero byte', '<Delete>\u0000</Delete>'],
    ['deep elements', `${'<a>'.repeat(10_000)}`],
    ['many elements', `<Delete>${'<a/>'.repeat(60_001)}</Delete>`],
    ['an attribute twice', '<Delete a="1" a="2"/>'],
    ['bytes that are not UTF-8', Buffer.from([0x3c, 0xff, 0x3e])],
  ])('is refused with %s', (_, text) => {
    expect(code(text)).toBe('MalformedXML');
  });

  it('has each single element once', () => {
    const twice = readXml(Buffer.from('<Delete><Quiet>a</Quiet><Quiet>b</Quiet></Delete>'), 'Delete');
    expect(() => maybe(twice, 'Quiet')).toThrow(/more than once/);
  });

  it('answers any text with a document or a refusal', () => {
    const part = fc.constantFrom(
      '<Delete>',
      '</Delete>',
      '<Key>',
      '</Key>',
      '<',
      '>',
      '&',
      '&lt;',
      ']]>',
      '<!--',
      'a',
      '"',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        expect(['read', 'MalformedXML']).toContain(code(parts.join('')));
      }),
    );
  });
});

describe('XML of answers', () => {
  it('gives back every text that XML can hold', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\ufffe\uffff]|(?![\t\n\r])\p{Cc}/u.test(one));
    fc.assert(
      fc.property(fc.array(text), (keys) => {
        const written = writeXml('Delete', { Object: keys.map((Key) => ({ Key })) }, 'aws');
        expect(all(readXml(Buffer.from(written), 'Delete'), 'Object').map((one) => textOf(one, 'Key'))).toEqual(keys);
      }),
    );
  });

  it('leaves out what is undefined and repeats lists', () => {
    const content = { A: undefined, B: [1, 2], C: { D: true }, E: [] };
    expect(writePlainXml('R', content)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<R><B>1</B><B>2</B><C><D>true</D></C></R>',
    );
  });
});

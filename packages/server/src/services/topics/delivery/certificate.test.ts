import { createSign, createVerify, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { selfSignedCertificate } from './certificate.ts';

it('is a certificate that its own key has signed, valid now and in years', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Date.parse('2026-11-27T06:00:00Z');
  const certificate = new X509Certificate(selfSignedCertificate(privateKey, 'Funcgraph local-1', now));
  expect(certificate.verify(publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(privateKey)).toBe(true);
  expect([certificate.subject, certificate.issuer]).toEqual(['CN=Funcgraph local-1', 'CN=Funcgraph local-1']);
  expect(certificate.validFromDate.getTime()).toBe(now - 24 * 3600 * 1000);
  expect(certificate.validToDate.getFullYear()).toBe(2046);
  const signature = createSign('sha256').update('text').sign(privateKey);
  expect(createVerify('sha256').update('text').verify(certificate.publicKey, signature)).toBe(true);
});

import { createHash, createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

export interface CertificateRequest {
  readonly commonName: string;
  /** Key on P-256. */
  readonly publicKey: KeyObject;
  /** Host name of a node; undefined for an authority, which may issue certificates of nodes and no others. */
  readonly hostName?: string;
  /** Ms since the epoch. */
  readonly from: number;
  readonly until: number;
}

export interface Issuer {
  readonly commonName: string;
  /** Key on P-256. */
  readonly privateKey: KeyObject;
}

/** A certificate as PEM. The issuer of an authority is itself. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: nameOf(issuer.commonName),
    validity: new Validity({ notBefore: new Date(request.from), notAfter: new Date(request.until) }),
    subject: nameOf(request.commonName),
    subjectPublicKeyInfo: AsnConvert.parse(spki(request.publicKey), SubjectPublicKeyInfo),
    extensions: extensionsOf(request, createPublicKey(issuer.privateKey)),
  });
  const signature = sign('sha256', new Uint8Array(AsnConvert.serialize(body)), issuer.privateKey);
  const whole = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm,
    signatureValue: exactly(signature),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(whole))).toString();
}

function extensionsOf({ hostName, publicKey }: CertificateRequest, issuerKey: KeyObject): Extensions {
  const own = new SubjectKeyIdentifier(keyId(publicKey));
  const ofIssuer = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyId(issuerKey)) });
  const extensions = [extension(id_ce_subjectKeyIdentifier, own), extension(id_ce_authorityKeyIdentifier, ofIssuer)];
  if (hostName === undefined) {
    const authority = new BasicConstraints({ cA: true, pathLenConstraint: 0 });
    const usage = new KeyUsage(KeyUsageFlags.keyCertSign);
    return new Extensions([
      ...extensions,
      extension(id_ce_basicConstraints, authority, true),
      extension(id_ce_keyUsage, usage, true),
    ]);
  }
  const names = new SubjectAlternativeName([new GeneralName({ dNSName: hostName })]);
  return new Extensions([
    ...extensions,
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
    extension(id_ce_subjectAltName, names),
  ]);
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** Positive, and not zero. */
function serialNumber(): ArrayBuffer {
  return exactly(Buffer.concat([Buffer.from([0x40]), randomBytes(15)]));
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyId(key: KeyObject): ArrayBuffer {
  return exactly(createHash('sha256').update(spki(key)).digest().subarray(0, 20));
}

/** The bytes in a buffer of their own. */
function exactly(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

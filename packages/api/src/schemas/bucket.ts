import { Type } from 'typebox';
import { WireInt as Int, WireText as Text } from './common.ts';

const Time = Type.String({ description: 'RFC 3339.' });

export const ObjectKey = Type.String({
  minLength: 1,
  maxLength: 1024,
  description: 'Name of the object: 1 to 1024 bytes of UTF-8.',
});

export const CreateBucketBody = Type.Object({
  name: Type.String({ description: '3 to 63 small letters, digits, - and .; of one bucket of the whole server.' }),
});

export const BucketItem = Type.Object({ name: Type.String(), region: Type.String(), created_time: Time });

export const BucketList = Type.Object({ buckets: Type.Array(BucketItem, { description: 'By name.' }) });

export const ObjectPage = Type.Object({
  folders: Type.Array(Type.String(), { description: 'Beginnings of keys, up to the next slash behind the prefix.' }),
  objects: Type.Array(
    Type.Object({ key: Type.String(), size: Type.Integer(), etag: Type.String(), last_modified: Time }),
  ),
  next: Type.Optional(Type.String({ description: '`after` of the next page.' })),
});

export const StoredObject = Type.Object({ key: Type.String(), size: Type.Integer(), etag: Type.String() });

export const PresignObjectBody = Type.Object({
  key: ObjectKey,
  method: Text('GET, which it is unless set, or PUT.'),
  expires_seconds: Int('1 to 900; 300 unless set.'),
});

export const PresignedObject = Type.Object({
  url: Type.String({ description: 'At the port of buckets. GET sends the object as a file to save.' }),
  method: Type.String(),
  expires_time: Time,
});

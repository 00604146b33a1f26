export { addressOf } from './address.ts';
export { bucketCaller, type StorageIam } from './door/identify.ts';
export { createStorageDoor, type StorageDoorDeps } from './door/storage-door.ts';
export { presigned } from './signatures/presigned.ts';

export { createStorageDoor, type StorageDoorDeps } from './door/storage-door.ts';

export { createStorageDoor } from './door/storage-door.ts';

export { connectStorage, STORAGE_FLAGS } from './connect-storage.ts';
export { type Entry, listObjects } from './listing.ts';
export { checkPlace, receiveFile, wholeBody } from './receive-file.ts';
export { removeObjects } from './remove-objects.ts';
export { sendFile } from './send-file.ts';
export { textBody } from './storage-client.ts';
export { all, textOf } from './xml.ts';

import { basename } from 'node:path';
export const handler = async (event, context) => basename(event.path);
export const fail = async (event, context) => {
  throw new Error('from a module');
};

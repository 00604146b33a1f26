export const BUCKET = { name: 'bucket', summary: 'name of the bucket' } as const;
export const KEY = { name: 'key', summary: 'name of the object in its bucket' } as const;

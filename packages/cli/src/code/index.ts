export { codeError } from './collect.ts';
export { type Packed, packFolder } from './pack.ts';

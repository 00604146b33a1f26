export { parseJson, readJsonInput } from './read-input.ts';

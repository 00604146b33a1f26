export { parseEnvFile } from './env-file.ts';
export { parseJson, readJsonInput } from './read-input.ts';

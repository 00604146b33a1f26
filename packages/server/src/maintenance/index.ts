export { resetCredentials } from './reset-credentials.ts';

export { createBackup } from './backup-create.ts';
export { restoreBackup } from './backup-restore.ts';
export { rotateBackups } from './backup-rotate.ts';
export { verifyBackup } from './backup-verify.ts';
export { checkData } from './check-data.ts';
export { joinByToken, makeToken } from './cluster.ts';
export { resetCredentials } from './reset-credentials.ts';

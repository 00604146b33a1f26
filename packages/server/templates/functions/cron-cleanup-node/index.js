'use strict';
const fs = require('fs');
const path = require('path');

const MOST_NAMES = 20;

/** Plain files below a folder. Links are not followed: what they point to is not in the folder. */
async function* filesBelow(folder) {
  for await (const entry of await fs.promises.opendir(folder)) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else if (entry.isFile()) yield file;
  }
}

exports.handler = async (event, context) => {
  const log = context.getLogger();
  const folder = path.resolve(process.env.FOLDER || '/mnt/data');
  const hours = Number(process.env.MAX_AGE_HOURS || 168);
  const dryRun = process.env.DRY_RUN !== 'false';
  if (folder === '/' || !(hours >= 0)) throw new Error('FOLDER must not be / and MAX_AGE_HOURS must be a number');
  const limit = Date.now() - hours * 3600 * 1000;
  const outcome = { dryRun, found: 0, removed: 0, bytes: 0, files: [], failed: [] };
  for await (const file of filesBelow(folder)) {
    // room to answer: what is left is for the next run
    if (context.getRemainingTimeInMilliSeconds() < 2000) {
      log.warn('no time for all files');
      break;
    }
    try {
      const { mtimeMs, size } = await fs.promises.stat(file);
      if (mtimeMs > limit) continue;
      outcome.found += 1;
      if (outcome.files.length < MOST_NAMES) outcome.files.push(path.relative(folder, file));
      if (dryRun) continue;
      await fs.promises.unlink(file);
      outcome.removed += 1;
      outcome.bytes += size;
    } catch (error) {
      if (outcome.failed.length < MOST_NAMES) outcome.failed.push(`${path.relative(folder, file)}: ${error.code}`);
    }
  }
  log.info('%d old files, %d removed, %d failed', outcome.found, outcome.removed, outcome.failed.length);
  return outcome;
};

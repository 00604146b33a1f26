import { expect, it } from 'vitest';
import { openTestStorage } from '../testing.ts';
import { projectOwners0021 } from './0021-project-owners.ts';

const bytes = { artifact_sha256: 's', artifact_sha512: 's', artifact_bytes: 1 };
const times = { created_at: 1, modified_at: 1 };

it('removes rows of projects that do not exist, and keeps installed public packages under an owner of their own', async () => {
  const storage = await openTestStorage();
  const { db } = storage;
  try {
    await db.insertInto('domain').values({ id: 'd1', name: 'default', operator: 1 }).execute();
    await db.insertInto('project').values({ id: 'p1', domain_id: 'd1', name: 'default', description: '' }).execute();
    const libraries: [id: string, project: string, name: string, files: string[]][] = [
      ['own', 'p1', 'lib', ['lib.zip']],
      ['installed', '', 'q', ['q-1.5.1.zip', 'q.zip']],
      ['uploaded', '', 'evil', ['evil.zip', 'evil.zip']],
      ['orphan', 'gone', 'lib', ['lib.zip']],
    ];
    for (const [id, project_id, name, files] of libraries) {
      const dependency = { id, project_id, name, runtime: 'Node.js20.15', next_version: 9 };
      await db.insertInto('dependency').values(dependency).execute();
      for (const [at, file_name] of files.entries()) {
        const version = { id: `${id}-${at}`, dependency_id: id, version: at + 1, description: '', link: '', file_name };
        await db
          .insertInto('dependency_version')
          .values({ ...version, ...bytes, created_at: 1 })
          .execute();
      }
    }
    for (const project_id of ['p1', '', 'gone']) {
      const id = `in-${project_id}`;
      const fn = {
        id,
        project_id,
        package: 'default',
        name: 'f',
        runtime: 'Node.js20.15',
        collected: 0,
        created_at: 1,
      };
      await db.insertInto('function').values(fn).execute();
      const version = { function_id: id, version: 'latest', revision: 1, config: '{}', sealed_env: null };
      await db
        .insertInto('function_version')
        .values({ ...version, ...bytes, artifact_kind: 'zip', artifact_file: null, description: '', modified_at: 1 })
        .execute();
      const app = { id, project_id, name: 'a', description: '', app_key: id, sealed_secret: '', sealed_code: '' };
      await db
        .insertInto('gateway_app')
        .values({ ...app, ...times })
        .execute();
      const application = { id, project_id, name: 'a', template_id: 't', description: '', status: 's', message: '' };
      await db
        .insertInto('application')
        .values({ ...application, ...times })
        .execute();
      await db.insertInto('async_status_log').values({ project_id, enabled_at: 1 }).execute();
    }

    await projectOwners0021.up(db);
    // public packages keep their owner in a second run
    await projectOwners0021.up(db);

    expect(await db.selectFrom('dependency').select(['id', 'project_id']).orderBy('id').execute()).toEqual([
      { id: 'installed', project_id: '*' },
      { id: 'own', project_id: 'p1' },
    ]);
    const versions = await db.selectFrom('dependency_version').select('id').orderBy('id').execute();
    expect(versions.map(({ id }) => id)).toEqual(['installed-0', 'own-0']);
    for (const table of ['function', 'gateway_app', 'application', 'async_status_log'] as const) {
      expect(await db.selectFrom(table).select('project_id').execute()).toEqual([{ project_id: 'p1' }]);
    }
    expect(await db.selectFrom('function_version').select('function_id').execute()).toEqual([{ function_id: 'in-p1' }]);
  } finally {
    await storage.close();
  }
});

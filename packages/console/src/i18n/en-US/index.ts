import { createFunction } from './create-function.ts';
import { dependencies } from './dependencies.ts';
import { flowEditor } from './flow-editor.ts';
import { flows } from './flows.ts';
import { functionCode } from './function-code.ts';
import { functionPage } from './function-page.ts';
import { functionTest } from './function-test.ts';
import { functions } from './functions.ts';
import { logView } from './log-view.ts';
import { monitoring } from './monitoring.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { shell } from './shell.ts';
import { templates } from './templates.ts';

export const texts = {
  monitoring,
  logView,
  createFunction,
  dependencies,
  flowEditor,
  flows,
  functionCode,
  functionPage,
  functionTest,
  functions,
  overview,
  parts,
  shell,
  templates,
};

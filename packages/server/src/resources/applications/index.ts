import type { ResourceDeps } from '../resource.ts';
import { ApplicationStore } from './application-store.ts';
import { ApplicationTemplates } from './application-templates.ts';
import { Applications } from './applications.ts';
import { applicationHandlers } from './handlers.ts';

export const applications = ({ db, functions, functionTemplates, dependencies, iam, clock, region }: ResourceDeps) => {
  const applicationTemplates = new ApplicationTemplates(functionTemplates);
  const applications = new Applications({
    store: new ApplicationStore(db),
    templates: applicationTemplates,
    functionTemplates,
    functions,
    clock,
  });
  return {
    handlers: applicationHandlers({ iam, dependencies, applications, applicationTemplates, region }),
    start: () => applications.start(),
  };
};

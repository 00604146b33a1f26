import { FlowTemplates } from './flow-templates.ts';
import { flowTemplateHandlers } from './handlers.ts';

export const flowTemplates = () => ({ handlers: flowTemplateHandlers(new FlowTemplates()) });

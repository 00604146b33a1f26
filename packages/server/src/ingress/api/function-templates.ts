import type { IncomingHttpHeaders } from 'node:http';
import type { RouteResponse, Routes } from '@funcgraph/api';
import type { FunctionTemplate, FunctionTemplates, TemplateCode } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Handlers } from '../http/handler.ts';
import { pageOf } from './page.ts';

type Ids = 'listFunctionTemplate' | 'showFunctionTemplate' | 'showTemplateFiles';
type Answer = RouteResponse<Routes['showFunctionTemplate']>;

const PAGE = 100;
/** All templates come with the server. */
const PUBLIC_TYPE = 1;

/** The language, of two, of the texts in an answer. */
export function languageOf(headers: IncomingHttpHeaders): 'zh' | 'en' {
  const requested = headers['x-language'];
  return typeof requested === 'string' && requested.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function functionTemplateHandlers({
  functionTemplates: templates,
}: {
  readonly functionTemplates: FunctionTemplates;
}): Handlers<Ids> {
  return {
    async listFunctionTemplate(request) {
      const { marker, maxitems, ispublic, runtime, scene, service } = request.query;
      const found = await templates.list({
        runtime: runtime || undefined,
        scene: scene || undefined,
        service: service || undefined,
      });
      const { items, next_marker, count } = pageOf(isPublic(ispublic) ? found : [], {
        marker,
        requested: maxitems,
        most: PAGE,
      });
      const language = languageOf(request.headers);
      const shown = items.map((each) => {
        const code = { codeType: templates.codeType(each), bytes: Buffer.alloc(0) };
        return templateReply(each, { runtime: runtime || templates.runtimeOf(each), code, language });
      });
      return { func_templates: shown, next_marker, count };
    },

    async showFunctionTemplate(request) {
      const found = await templates.find(request.params.template_id);
      const code = await templates.code(found);
      return templateReply(found, { runtime: templates.runtimeOf(found), code, language: languageOf(request.headers) });
    },

    async showTemplateFiles(request) {
      const { files } = await templates.find(request.params.template_id);
      return {
        files: files.map(({ path, bytes, executable }) => ({ path, content: bytes.toString('base64'), executable })),
      };
    },
  };
}

function isPublic(text: string | undefined): boolean {
  const value = text?.toLowerCase() ?? '';
  if (!['', 'true', 'false'].includes(value)) {
    throw new PlatformError('invalid_request', 'ispublic must be true or false');
  }
  return value !== 'false';
}

function templateReply(
  template: FunctionTemplate,
  { runtime, code, language }: { runtime: string; code: TemplateCode; language: 'zh' | 'en' },
): Answer {
  const { id, title, description, environment = {}, trigger, warning, build } = template;
  return {
    id,
    type: PUBLIC_TYPE,
    title: title[language],
    template_name: id,
    description: description[language],
    runtime,
    handler: template.handler,
    code_type: code.codeType,
    code: code.bytes.toString('base64'),
    timeout: template.timeout,
    memory_size: template.memory,
    trigger_metadata_list:
      trigger === undefined ? [] : [{ trigger_name: '', trigger_type: trigger, event_type: '', event_data: '' }],
    temp_detail: {
      input: JSON.stringify(template.input),
      output: template.output,
      warning: warning?.[language] ?? '',
    },
    user_data: Object.keys(environment).length === 0 ? '' : JSON.stringify(environment),
    encrypted_user_data: '',
    dependencies: [],
    scene: template.scene,
    service: template.service,
    titles: title,
    descriptions: description,
    is_return_stream: template.stream ?? false,
    needs_agency: template.agency ?? false,
    ...(build === undefined ? {} : { build }),
  };
}

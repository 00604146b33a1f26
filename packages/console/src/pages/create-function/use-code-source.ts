import { useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import type { CodeFile, CodeSource, ImageDraft } from './new-function.ts';
import type { RuntimeRow } from './runtime-choice.ts';
import type { Way } from './way-cards.tsx';

/** The templates whose code blank functions begin with. */
const STARTS: readonly string[] = ['hello-node', 'hello-python', 'bootstrap-shell', 'static-site-http'];

interface Choice {
  readonly way: Way;
  readonly runtime: string;
  readonly templateId: string;
  readonly file: CodeFile | undefined;
  readonly image: ImageDraft | undefined;
  readonly runtimes: readonly RuntimeRow[];
}

/** The code of the function that the page describes; undefined until it is read or chosen. */
export function useCodeSource({ way, runtime, templateId, file, image, runtimes }: Choice): CodeSource | undefined {
  const language = runtimes.find(({ name }) => name === runtime)?.language;
  const isUploaded = language === 'java' || language === 'go';
  const isStart = way === 'blank' && runtime !== '' && !isUploaded;
  const fitting = useQuery({ ...query('listFunctionTemplate', { query: { runtime } }), enabled: isStart });
  const start = fitting.data?.func_templates.find(({ id }) => STARTS.includes(id))?.id;
  const id = way === 'template' ? templateId : isStart ? (start ?? '') : '';
  const { data: template } = useQuery({
    ...query('showFunctionTemplate', { params: { template_id: id } }),
    enabled: id !== '',
  });
  if (template !== undefined && id !== '') return { kind: way === 'template' ? 'template' : 'start', template };
  if (way === 'template') return undefined;
  if (way === 'image') return { kind: 'image', image: image ?? { image: '' } };
  if (isUploaded) return { kind: 'upload', file };
  return fitting.isSuccess && start === undefined ? { kind: 'sample' } : undefined;
}

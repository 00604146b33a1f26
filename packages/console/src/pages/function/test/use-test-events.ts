import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { mutation, query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { base64Of, textOfBase64 } from '../../../parts/base64.ts';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';

/** Its name among the templates of the server. */
export const BLANK_TEMPLATE = 'blank';
/** Its event. */
export const BLANK = '{\n  "key": "value"\n}\n';

/** A function behind a web server takes no other events than requests. */
const REQUEST = `${JSON.stringify({ httpMethod: 'GET', path: '/', headers: {}, body: '' }, null, 2)}\n`;

/** What the pane begins with. */
export const firstEventOf = ({ isHttp }: ShownFunction): string => (isHttp ? REQUEST : BLANK);

export const textOfTemplate = (template: { readonly content: unknown } | undefined): string =>
  template === undefined ? BLANK : `${JSON.stringify(template.content, null, 2)}\n`;

export type TestEvents = ReturnType<typeof useTestEvents>;

const encoded = (text: string) => base64Of(new Blob([text]));

/** The saved events of a function, and how they are read and changed. */
export function useTestEvents({ baseUrn }: ShownFunction) {
  const { t } = useTexts('functionTest');
  const notices = useNotices();
  const queries = useQueryClient();
  const params = { function_urn: baseUrn };
  const list = useQuery(query('listEvents', { params }));
  const templates = useQuery({ ...query('listEventTemplates'), staleTime: Number.POSITIVE_INFINITY });
  const create = useMutation(mutation('createEvent'));
  const update = useMutation(mutation('updateEvent'));
  const remove = useMutation(mutation('deleteEvent'));
  const fail = (error: Error) => notices.failure(() => t('events.failed'), error);

  return {
    saved: list.data?.events ?? [],
    templates: templates.data?.templates ?? [],
    isBusy: create.isPending || update.isPending || remove.isPending,
    async read(id: string): Promise<string | undefined> {
      try {
        const event = query('showEvent', { params: { ...params, event_id: id } });
        return textOfBase64((await queries.fetchQuery({ ...event, staleTime: 0 })).content);
      } catch (error) {
        fail(error as Error);
        return undefined;
      }
    },
    async create(name: string, text: string, onDone: (id: string) => void): Promise<void> {
      create.mutate(
        { params, body: { name, content: await encoded(text) } },
        { onSuccess: ({ id }) => onDone(id), onError: fail },
      );
    },
    async update(id: string, text: string, onDone: () => void): Promise<void> {
      update.mutate(
        { params: { ...params, event_id: id }, body: { content: await encoded(text) } },
        { onSuccess: onDone, onError: fail },
      );
    },
    remove(id: string, onDone: () => void): void {
      remove.mutate({ params: { ...params, event_id: id } }, { onSuccess: onDone, onError: fail });
    },
  };
}

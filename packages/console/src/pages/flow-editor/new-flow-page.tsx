import { type FlowDefinition, KIND_WORDS } from '@funcgraph/flow';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { mutation } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useWords } from '../../parts/flow-graph/index.ts';
import { useNotices } from '../../parts/notices.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { newFlow } from './draft/new-flow.ts';
import { Editor } from './editor.tsx';

/** A flow that is not saved yet; `?mode=EXPRESS` makes an express flow. */
export function Page() {
  const { t } = useTexts('flowEditor');
  const { word } = useWords();
  const notices = useNotices();
  const navigate = useNavigate();
  const [{ mode }] = useUrlState({ mode: 'NORMAL' });
  const create = useMutation(mutation('createWorkflow'));
  const [initial] = useState(() => newFlow(mode === 'EXPRESS' ? 'EXPRESS' : 'NORMAL', word(KIND_WORDS.start.name)));
  const save = (flow: FlowDefinition, onSaved: () => void) =>
    create.mutate(
      { body: { graph: { ...flow } } },
      {
        onSuccess: ({ id }) => {
          onSaved();
          notices.success(() => t('save.done', { name: flow.name }));
          void navigate({ to: '/flows/$flow', params: { flow: id }, replace: true, ignoreBlocker: true });
        },
        onError: (error) => notices.failure(() => t('save.failed', { name: flow.name }), error),
      },
    );
  return <Editor initial={initial} isBusy={create.isPending} onSave={save} />;
}

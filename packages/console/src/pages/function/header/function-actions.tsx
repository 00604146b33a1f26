import DownOutlined from '@ant-design/icons/es/icons/DownOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { mutation, receive, useMissingRight } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { DeleteFunction } from '../../../parts/delete-function.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import { saveFile } from '../../../parts/save-file.ts';
import type { ShownFunction } from '../shown-function.ts';

/** Saves configuration and code of the shown version as an archive for import. */
function useFunctionExport({ name, urn, config }: ShownFunction) {
  const { t } = useTexts('functionPage');
  const notices = useNotices();
  const { mutate, isPending } = useMutation({
    mutationFn: (_: undefined, { client }) =>
      receive('exportFunction', { params: { function_urn: urn }, query: { config: 'true', code: 'true' } }, client),
    onSuccess: ({ bytes, headers }) => {
      // the name and the digest of the code
      const given = /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '')?.[1];
      saveFile(given ?? `${name}_${config.version}.zip`, bytes);
    },
    onError: (error) => notices.failure(() => t('export.failed', { name }), error),
  });
  return { start: () => mutate(undefined), isBusy: isPending };
}

type Question = 'disable' | 'delete';

/** The menu of what can be done with the whole function. */
export function FunctionActions({ fn }: { fn: ShownFunction }) {
  const { t } = useTexts('functionPage');
  const notices = useNotices();
  const navigate = useNavigate();
  const [question, setQuestion] = useState<Question>();
  const change = useMutation(mutation('updateFunctionMaxInstanceConfig'));
  const save = useFunctionExport(fn);
  const { name, baseUrn, isEnabled } = fn;

  const setEnabled = (next: boolean) =>
    change.mutate(
      { params: { function_urn: baseUrn }, body: { max_instance_num: next ? LIMITS.maxInstances.fallback : 0 } },
      {
        onSuccess: () => notices.success(() => t(next ? 'enable.done' : 'disable.done', { name })),
        onError: (error) => notices.failure(() => t(next ? 'enable.failed' : 'disable.failed', { name }), error),
        onSettled: () => setQuestion(undefined),
      },
    );
  const item = useMenuItem();
  const items = [
    item('exportFunction', { key: 'export', label: t('export.action'), onClick: save.start }),
    item('updateFunctionMaxInstanceConfig', {
      key: 'state',
      label: t(isEnabled ? 'disable.action' : 'enable.action'),
      // a published version has the state in which it was published
      ...(fn.isReadOnly ? { disabled: true, title: t('disable.latestOnly') } : {}),
      onClick: () => (isEnabled ? setQuestion('disable') : setEnabled(true)),
    }),
    item('deleteFunction', {
      key: 'delete',
      label: t('delete'),
      danger: true,
      onClick: () => setQuestion('delete'),
    }),
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button icon={<DownOutlined />} iconPlacement="end" loading={change.isPending || save.isBusy}>
          {t('actions')}
        </Button>
      </Dropdown>
      {question === 'disable' && (
        <ConfirmDialog
          title={t('disable.title')}
          consequence={t('disable.consequence')}
          isBusy={change.isPending}
          onConfirm={() => setEnabled(false)}
          onCancel={() => setQuestion(undefined)}
        />
      )}
      {question === 'delete' && (
        <DeleteFunction
          name={name}
          urn={baseUrn}
          onClose={() => setQuestion(undefined)}
          onDone={() => navigate({ to: '/functions' })}
        />
      )}
    </>
  );
}

// an interface is no entry of antd's menus
type Item = {
  readonly key: string;
  readonly label: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly onClick: () => void;
};

type Action = 'exportFunction' | 'updateFunctionMaxInstanceConfig' | 'deleteFunction';

/** Makes an entry of the menu that is disabled and names the right that its user lacks. */
function useMenuItem() {
  const { t } = useTexts('parts');
  const missing: Record<Action, string | undefined> = {
    exportFunction: useMissingRight('exportFunction'),
    updateFunctionMaxInstanceConfig: useMissingRight('updateFunctionMaxInstanceConfig'),
    deleteFunction: useMissingRight('deleteFunction'),
  };
  return (action: Action, item: Item) => {
    const right = missing[action];
    return right === undefined ? item : { ...item, disabled: true, title: t('missingRight', { right }) };
  };
}

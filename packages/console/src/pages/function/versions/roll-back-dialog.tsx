import { Form, Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { splitOf } from '../aliases/alias-split.ts';
import type { ShownFunction } from '../shown-function.ts';
import type { Alias } from './version-list.ts';

interface RollBackDialogProps {
  readonly fn: ShownFunction;
  readonly version: string;
  /** Those that can point to it; at least one. */
  readonly aliases: readonly Alias[];
  readonly onClose: () => void;
}

interface Fields {
  readonly alias: string;
}

/** Points an alias to a version, with all of its requests. */
export function RollBackDialog({ fn, version, aliases, onClose }: RollBackDialogProps) {
  const { t } = useTexts('functionVersions');
  const { send, isBusy } = useChange('updateVersionAlias');
  const options = aliases.map(({ name, version: from }) => ({
    value: name,
    label: t('rollBack.choice', { name, from }),
  }));
  const move = async ({ alias: name }: Fields) => {
    const moved = aliases.find((alias) => alias.name === name);
    if (moved === undefined) return;
    const done = await send(
      {
        params: { function_urn: fn.baseUrn, alias_name: name },
        body: { version, description: moved.description },
      },
      { done: () => t('rollBack.done', { name, version }), failed: () => t('rollBack.failed', { name, version }) },
    );
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('rollBack.title', { version })}
      okText={t('rollBack.action')}
      initialValues={{ alias: aliases[0]?.name ?? '' }}
      isBusy={isBusy}
      onSubmit={move}
      onClose={onClose}
    >
      <Form.Item name="alias" label={t('rollBack.alias')} hidden={aliases.length === 1} required>
        <Select options={options} />
      </Form.Item>
      <Form.Item noStyle dependencies={['alias']}>
        {({ getFieldValue }) => {
          const alias = aliases.find(({ name }) => name === getFieldValue('alias'));
          return alias && <Consequence alias={alias} version={version} />;
        }}
      </Form.Item>
    </FormDialog>
  );
}

function Consequence({ alias, version }: { alias: Alias; version: string }) {
  const { t } = useTexts('functionVersions');
  const { name, version: from } = alias;
  const split = splitOf(alias);
  return (
    <div role="status">
      <ul className="version-notes">
        <li>
          {from === version ? t('rollBack.stays', { name, version }) : t('rollBack.moves', { name, version, from })}
        </li>
        {split.kind === 'weight' && <li>{t('rollBack.endsPercent', split)}</li>}
        {split.kind === 'rules' && <li>{t('rollBack.endsRules', split)}</li>}
      </ul>
    </div>
  );
}

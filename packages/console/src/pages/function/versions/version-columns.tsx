import { Button, type TableColumnsType, Tag } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { movableAliases } from './roll-back.ts';
import { type Alias, LATEST, type Version } from './version-list.ts';

interface VersionRows {
  readonly aliases: readonly Alias[];
  /** The version that the page shows. */
  readonly shown: string;
  readonly canCompare: boolean;
  readonly onShow: (qualifier: string) => void;
  readonly onCompare: (version: string) => void;
  readonly onRollBack: (version: string) => void;
  readonly onDelete: (version: string) => void;
}

/** Of each version that an alias leads to, also for a part of the requests. */
const aliasesOf = (aliases: readonly Alias[], version: string) =>
  aliases.flatMap((alias) => {
    if (alias.version === version) return [{ name: alias.name, isGrey: false }];
    const { additional_version_weights: weights = {}, additional_version_strategy: rules = {} } = alias;
    return Object.hasOwn(weights, version) || Object.hasOwn(rules, version) ? [{ name: alias.name, isGrey: true }] : [];
  });

export function useVersionColumns(rows: VersionRows): TableColumnsType<Version> {
  const { t } = useTexts('functionVersions');
  const numbers = useNumbers();
  return [
    {
      title: t('columns.version'),
      dataIndex: 'version',
      fixed: 'left',
      render: (version: string) =>
        version === rows.shown ? (
          <strong>{`${version} · ${t('shown')}`}</strong>
        ) : (
          <Button type="link" size="small" className="version-link" onClick={() => rows.onShow(version)}>
            {version}
          </Button>
        ),
    },
    {
      title: t('columns.aliases'),
      key: 'aliases',
      render: (_, { version }) => {
        const named = aliasesOf(rows.aliases, version);
        if (named.length === 0) return '–';
        return named.map(({ name, isGrey }) => (
          <Tag key={name} {...(isGrey ? {} : { color: 'blue' })}>
            {isGrey ? t('grey', { name }) : name}
          </Tag>
        ));
      },
    },
    {
      title: t('columns.description'),
      key: 'description',
      render: (_, { version, version_description: text }) => (
        <span className="version-description" title={text}>
          {text || (version === LATEST ? t('latest') : '–')}
        </span>
      ),
    },
    { title: t('columns.size'), dataIndex: 'code_size', align: 'right', render: (size: number) => numbers.bytes(size) },
    { title: t('columns.made'), dataIndex: 'last_modified', render: (at: string) => <Moment at={at} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, { version }) => (
        <span className="version-actions">
          <Button type="link" size="small" disabled={!rows.canCompare} onClick={() => rows.onCompare(version)}>
            {t('compare.action')}
          </Button>
          {version !== LATEST && movableAliases(rows.aliases, version).length > 0 && (
            <ActionButton needs="updateVersionAlias" type="link" size="small" onClick={() => rows.onRollBack(version)}>
              {t('rollBack.action')}
            </ActionButton>
          )}
          {version !== LATEST && (
            <ActionButton needs="deleteFunction" type="link" size="small" onClick={() => rows.onDelete(version)}>
              {t('remove.action')}
            </ActionButton>
          )}
        </span>
      ),
    },
  ];
}

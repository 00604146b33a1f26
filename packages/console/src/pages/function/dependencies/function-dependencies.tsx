import ArrowDownOutlined from '@ant-design/icons/es/icons/ArrowDownOutlined';
import ArrowUpOutlined from '@ant-design/icons/es/icons/ArrowUpOutlined';
import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useState } from 'react';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { AddDependency } from './add-dependency.tsx';
import './function-dependencies.css';
import { moved } from './order.ts';

/** The library packages of a function, in the order in which later ones replace files of earlier ones. */
export function FunctionDependencies({ fn }: { fn: ShownFunction }) {
  const { t } = useTexts('functionDependencies');
  const notices = useNotices();
  const [isAdding, setAdding] = useState(false);
  const change = useMutation(mutation('updateFunctionConfig'));
  const used = fn.config.dependencies;
  const save = (ids: readonly string[]) =>
    change.mutate(
      { params: { function_urn: fn.baseUrn }, body: { depend_version_list: [...ids] } },
      {
        onSuccess: () => {
          notices.success(() => t('done'));
          setAdding(false);
        },
        onError: (error) => notices.failure(() => t('failed'), error),
      },
    );
  const ids = used.map(({ id }) => id);
  const button = { needs: 'updateFunctionConfig', type: 'text', size: 'small', disabled: change.isPending } as const;
  return (
    <section className="surface function-dependencies" aria-label={t('title')}>
      <header>
        <h2>{t('title')}</h2>
        <span>{t('count', { count: used.length, most: LIMITS.dependenciesPerFunction })}</span>
        {!fn.isReadOnly && (
          <ActionButton
            needs="updateFunctionConfig"
            disabled={used.length >= LIMITS.dependenciesPerFunction}
            onClick={() => setAdding(true)}
          >
            {t('add')}
          </ActionButton>
        )}
      </header>
      <p>{t('help')}</p>
      {used.length > 0 && (
        <ol>
          {used.map(({ id, name, version, owner, dep_id: dependency }, at) => (
            <li key={id}>
              <Link to="/dependencies/$dependency" params={{ dependency }}>
                {name}
              </Link>
              <span>{t('version', { version })}</span>
              {owner === 'public' && <Tag>{t('public')}</Tag>}
              {!fn.isReadOnly && (
                <span className="function-dependencies-actions">
                  <ActionButton
                    {...button}
                    icon={<ArrowUpOutlined />}
                    aria-label={t('earlier', { name })}
                    disabled={at === 0 || change.isPending}
                    onClick={() => save(moved(ids, at, -1))}
                  />
                  <ActionButton
                    {...button}
                    icon={<ArrowDownOutlined />}
                    aria-label={t('later', { name })}
                    disabled={at === ids.length - 1 || change.isPending}
                    onClick={() => save(moved(ids, at, 1))}
                  />
                  <ActionButton
                    {...button}
                    icon={<DeleteOutlined />}
                    aria-label={t('remove', { name })}
                    onClick={() => save(ids.filter((other) => other !== id))}
                  />
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
      {isAdding && (
        <AddDependency
          runtime={fn.config.runtime}
          used={used}
          isBusy={change.isPending}
          onAdd={(id) => save([...ids, id])}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

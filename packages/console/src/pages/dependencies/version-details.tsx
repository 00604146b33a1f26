import { useQuery } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import type { ReactNode } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { type Dependency, MS } from './dependency-columns.tsx';

/** A version with its address. */
export function VersionDetails({ version, onClose }: { version: Dependency; onClose: () => void }) {
  const { t } = useTexts('dependencies');
  const numbers = useNumbers();
  // for the link to the archive, which works for some minutes
  const { data, error } = useQuery({
    ...query('showDependencyVersion', { params: { depend_id: version.dep_id, version: String(version.version) } }),
    staleTime: 0,
  });
  const facts: [string, ReactNode][] = [
    [t('history.file'), version.file_name],
    [t('columns.size'), numbers.bytes(version.size)],
    [t('history.stored'), <Moment key="stored" at={version.last_modified * MS} />],
    [t('details.id'), <Copied key="id" text={version.id} label={t('details.id')} />],
    [t('details.hash'), <Copied key="hash" text={version.etag} label={t('details.hash')} />],
    [t('columns.description'), version.description || '–'],
  ];
  return (
    <Modal
      open
      title={t('details.title', { name: version.name, version: version.version })}
      footer={
        <>
          <Button onClick={onClose}>{t('details.close')}</Button>
          <Button type="primary" {...(data === undefined ? { disabled: true } : { href: data.download_link })}>
            {t('details.download')}
          </Button>
        </>
      }
      onCancel={onClose}
    >
      <div>{t('details.address')}</div>
      <Command line={new URL(version.link, location.origin).href} />
      <dl className="version-facts">
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
      {error && <ErrorView error={error} />}
    </Modal>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <>
      <code>{text}</code> <CopyButton text={text} label={label} />
    </>
  );
}

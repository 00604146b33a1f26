import { Link } from '@tanstack/react-router';
import type { TableColumnsType } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { Status } from '../../parts/status.tsx';
import type { AccessLine } from './definition.ts';

export function useAccessColumns(): TableColumnsType<AccessLine> {
  const { t } = useTexts('gateway');
  const numbers = useNumbers();
  return [
    { title: t('access.time'), dataIndex: 'time', render: (at: string) => <Moment at={at} /> },
    { title: t('access.client'), dataIndex: 'client' },
    {
      title: t('apis.request'),
      key: 'request',
      render: (_, { method = '', host = '', path }) => (
        <code className="access-request">{`${method} ${host}${path}`}</code>
      ),
    },
    { title: t('access.status'), key: 'status', render: (_, line) => <Answer line={line} /> },
    { title: t('access.target'), key: 'target', render: (_, line) => <Target line={line} /> },
    { title: t('access.ms'), dataIndex: 'ms', align: 'right', render: (ms: number) => `${ms.toFixed(1)} ms` },
    { title: t('access.bytes'), dataIndex: 'bytes', align: 'right', render: (bytes: number) => numbers.bytes(bytes) },
    {
      title: t('access.requestId'),
      dataIndex: 'request_id',
      render: (id: string) => <CopyButton text={id} label={t('triggers.copy', { text: id })} />,
    },
  ];
}

function Answer({ line: { status, complete } }: { line: AccessLine }) {
  const { t } = useTexts('gateway');
  const kind = status >= 500 || !complete ? 'bad' : status >= 400 ? 'warning' : 'good';
  return <Status kind={kind}>{complete ? String(status) : t('access.cut', { status })}</Status>;
}

function Target({ line: { package: app = 'default', func_name: name, flow } }: { line: AccessLine }) {
  const { t } = useTexts('gateway');
  if (name !== undefined)
    return (
      <Link to="/functions/$name" params={{ name }} search={(app === 'default' ? {} : { app }) as never}>
        {app === 'default' ? name : `${app} / ${name}`}
      </Link>
    );
  return flow === undefined ? '–' : `${t('apis.flow')} ${flow}`;
}

import { LIMITS } from '@funcgraph/api/limits';
import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Button, Form, Input, Modal, Table } from 'antd';
import { useState } from 'react';
import { query, useMissingRight } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useNumbers } from '../../parts/numbers.ts';
import type { ImageDraft } from './new-function.ts';

/** Their lengths count together. */
const TOGETHER = ['command', 'args', 'workingDir'] as const;
const othersOf = (name: (typeof TOGETHER)[number]) =>
  TOGETHER.filter((each) => each !== name).map((each) => ['image', each]);

const ID = /^(-1|[1-9]\d{0,4})?$/;

/** The image of a function, and what is changed about it. */
export function ImageFields() {
  const { t } = useTexts('createFunction');
  const form = Form.useFormInstance();
  const [isChoosing, setChoosing] = useState(false);
  const missing = useMissingRight('listImages');
  const images = useQuery({ ...query('listImages'), enabled: missing === undefined });
  const names = (images.data?.images ?? []).flatMap((image) => image.names.map((name) => ({ name, image })));
  const most = LIMITS.imageOverrideChars;
  const fitsTogether = async () => {
    const { command = '', args = '', workingDir = '' }: Partial<ImageDraft> = form.getFieldValue('image') ?? {};
    if (command.length + args.length + workingDir.length > most) throw new Error(t('image.tooLong', { most }));
  };
  const text = (name: (typeof TOGETHER)[number], placeholder: string) => (
    <Form.Item
      name={['image', name]}
      label={t(`image.${name}.label`)}
      extra={t(`image.${name}.help`)}
      dependencies={othersOf(name)}
      rules={[
        { validator: fitsTogether },
        ...(name === 'workingDir' ? [{ pattern: /^\//, message: t('image.workingDir.rule') }] : []),
      ]}
    >
      <Input className="code-input" autoComplete="off" spellCheck={false} placeholder={placeholder} />
    </Form.Item>
  );
  const id = (name: 'uid' | 'gid') => (
    <Form.Item
      name={['image', name]}
      label={t(`image.${name}`)}
      extra={t('image.idHelp')}
      rules={[{ pattern: ID, message: t('image.idRule') }]}
    >
      <Input inputMode="numeric" autoComplete="off" placeholder="1003" />
    </Form.Item>
  );
  return (
    <>
      <div className="image-name">
        <Form.Item
          name={['image', 'image']}
          label={t('image.name.label')}
          extra={t('image.name.help')}
          rules={[{ required: true, whitespace: true, message: t('image.name.missing') }]}
        >
          <AutoComplete
            options={names.map(({ name }) => ({ value: name, label: name }))}
            showSearch={{ filterOption: true }}
            placeholder="team/app:v1"
          />
        </Form.Item>
        <Button onClick={() => setChoosing(true)}>{t('image.view')}</Button>
      </div>
      <h2>{t('image.override')}</h2>
      <p>{t('image.overrideHelp')}</p>
      {text('command', '/bin/server')}
      {text('args', '--port,8000')}
      {text('workingDir', '/app')}
      <div className="image-ids">
        {id('uid')}
        {id('gid')}
      </div>
      {isChoosing && (
        <ImageChoice
          names={names}
          isLoading={images.isLoading}
          onChoose={(name) => {
            form.setFieldValue(['image', 'image'], name);
            setChoosing(false);
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </>
  );
}

interface Named {
  readonly name: string;
  readonly image: { readonly size_bytes: number; readonly versions: number };
}

interface ImageChoiceProps {
  readonly names: readonly Named[];
  readonly isLoading: boolean;
  readonly onChoose: (name: string) => void;
  readonly onClose: () => void;
}

/** The images of this machine. All projects share them. */
function ImageChoice({ names, isLoading, onChoose, onClose }: ImageChoiceProps) {
  const { t } = useTexts('createFunction');
  const numbers = useNumbers();
  return (
    <Modal open title={t('image.choice.title')} footer={null} width={640} onCancel={onClose}>
      <p>{t('image.choice.text')}</p>
      <Table<Named>
        size="small"
        rowKey="name"
        loading={isLoading}
        dataSource={names}
        pagination={names.length > 10 ? { pageSize: 10 } : false}
        locale={{ emptyText: t('image.choice.empty') }}
        columns={[
          {
            title: t('image.name.label'),
            dataIndex: 'name',
            render: (name: string) => (
              <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onChoose(name)}>
                {name}
              </Button>
            ),
          },
          {
            title: t('image.choice.size'),
            key: 'size',
            align: 'right',
            render: (_, { image }) => numbers.bytes(image.size_bytes),
          },
          {
            title: t('image.choice.versions'),
            key: 'versions',
            align: 'right',
            render: (_, { image }) => image.versions,
          },
        ]}
      />
    </Modal>
  );
}

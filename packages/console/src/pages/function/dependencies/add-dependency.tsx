import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Form, Input, Modal, Radio, Select } from 'antd';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useFormLanguage } from '../../../parts/use-form-language.ts';

type Used = RouteResponse<Routes['showFunctionConfig']>['dependencies'];

interface Fields {
  readonly source: 'public' | 'private';
  readonly dependency?: string;
  readonly version?: string;
}

interface AddDependencyProps {
  readonly runtime: string;
  readonly used: Used;
  readonly isBusy: boolean;
  /** Gets the id of a version. */
  readonly onAdd: (id: string) => void;
  readonly onClose: () => void;
}

/** Functions of these runtimes have libraries of any language. */
const ANY_LANGUAGE = ['Custom', 'http'];
const MOST = '500';

export function AddDependency({ runtime, used, isBusy, onAdd, onClose }: AddDependencyProps) {
  const { t } = useTexts('functionDependencies');
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const source = Form.useWatch('source', form) ?? 'private';
  const dependency = Form.useWatch('dependency', form);
  const isAny = ANY_LANGUAGE.includes(runtime);
  const packages = useQuery(
    query('listDependencies', {
      query: { dependency_type: source, maxitems: MOST, ...(isAny ? {} : { runtime }) },
    }),
  );
  const versions = useQuery({
    ...query('listDependencyVersion', { params: { depend_id: dependency ?? '' }, query: { maxitems: MOST } }),
    enabled: dependency !== undefined,
  });
  const unused = (versions.data?.dependencies ?? []).filter(({ id }) => used.every((other) => other.id !== id));
  return (
    <Modal
      open
      title={t('dialog.title')}
      confirmLoading={isBusy}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        className="add-dependency"
        initialValues={{ source: 'private' }}
        onFinish={({ version }) => version !== undefined && onAdd(version)}
      >
        <Form.Item label={t('dialog.runtime')} htmlFor="dependency-runtime">
          <Input id="dependency-runtime" value={runtime} readOnly variant="filled" />
        </Form.Item>
        <Form.Item name="source" label={t('dialog.source')} required>
          <Radio.Group
            onChange={() => form.resetFields(['dependency', 'version'])}
            options={[
              { value: 'public', label: t('dialog.public') },
              { value: 'private', label: t('dialog.private') },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="dependency"
          label={t('dialog.name')}
          extra={packages.data?.count === 0 && t(source === 'public' ? 'dialog.noPublic' : 'dialog.noPrivate')}
          rules={[{ required: true, message: t('dialog.nameMissing') }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            loading={packages.isLoading}
            onChange={() => form.setFieldValue('version', undefined)}
            options={(packages.data?.dependencies ?? []).map(({ dep_id, name }) => ({ value: dep_id, label: name }))}
          />
        </Form.Item>
        <Form.Item
          name="version"
          label={t('dialog.version')}
          rules={[{ required: true, message: t('dialog.versionMissing') }]}
        >
          <Select
            disabled={dependency === undefined}
            loading={versions.isLoading}
            options={unused.map(({ id, version, description }) => ({
              value: id,
              label: description ? `${version} · ${description}` : String(version),
            }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

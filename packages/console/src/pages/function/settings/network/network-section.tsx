import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Input, Select } from 'antd';
import { query, useMissingRight } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';
import type { ShownFunction } from '../../shown-function.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import { SwitchField } from '../form/switch-field.tsx';
import type { ConfigChange, SectionProps } from '../section.ts';

interface NetworkFields {
  readonly hasNetwork: boolean;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly isPublic: boolean;
  /** As it is stored, with what the page does not show. */
  readonly controller: Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function readNetwork({ func_vpc: vpc, network_controller: controller }: ShownFunction['config']): NetworkFields {
  const vpcId = text(vpc?.vpc_id);
  return {
    hasNetwork: vpcId !== '',
    vpcId,
    subnetId: text(vpc?.subnet_id),
    isPublic: controller?.disable_public_network !== true,
    controller: controller ?? {},
  };
}

const writeNetwork = ({ hasNetwork, vpcId, subnetId, isPublic, controller }: NetworkFields): ConfigChange => ({
  func_vpc: hasNetwork ? { vpc_id: vpcId, subnet_id: subnetId } : {},
  network_controller: { ...controller, disable_public_network: !isPublic },
});

/** The network that the function is in, or its way to the outside. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  return (
    <SettingsForm {...props} section="network" intro={t('network.intro')} read={readNetwork} write={writeNetwork}>
      <SwitchField name="hasNetwork" label={t('network.switch')} help={t('network.help')}>
        <Alert type="warning" showIcon title={t('network.notice')} />
        <NetworkChoice />
      </SwitchField>
      <SwitchField name="isPublic" label={t('network.public')} help={t('network.publicHelp')} />
    </SettingsForm>
  );
}

function NetworkChoice() {
  const { t } = useTexts('functionSettings');
  const form = Form.useFormInstance();
  const isAllowed = useMissingRight('listNetworks') === undefined;
  const { data } = useQuery({ ...query('listNetworks'), enabled: isAllowed });
  const networks = data?.networks ?? [];
  const vpcId: string = Form.useWatch('vpcId') ?? '';
  const required = (message: string) => [{ required: true, message }];
  if (networks.length === 0) {
    return (
      <>
        <div className="settings-pair">
          <Form.Item name="vpcId" label={t('network.vpc')} rules={required(t('network.vpcMissing'))}>
            <Input className="code-input" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item name="subnetId" label={t('network.subnet')} rules={required(t('network.subnetMissing'))}>
            <Input className="code-input" autoComplete="off" spellCheck={false} />
          </Form.Item>
        </div>
        <p className="settings-note">{t('network.none')}</p>
      </>
    );
  }
  const inVpc = networks.filter(({ vpc_id }) => vpc_id === vpcId);
  const vpcs = new Map(networks.map(({ vpc_id, name }) => [vpc_id, name]));
  return (
    <div className="settings-pair">
      <Form.Item name="vpcId" label={t('network.vpc')} rules={required(t('network.vpcMissing'))}>
        <Select
          options={[...vpcs].map(([value, name]) => ({ value, label: name }))}
          // a network has one subnet, unless several share its id
          onChange={(id) => form.setFieldValue('subnetId', networks.find(({ vpc_id }) => vpc_id === id)?.subnet_id)}
        />
      </Form.Item>
      <Form.Item name="subnetId" label={t('network.subnet')} rules={required(t('network.subnetMissing'))}>
        <Select
          options={inVpc.map(({ subnet_id, cidr, name }) => ({ value: subnet_id, label: `${name} (${cidr})` }))}
        />
      </Form.Item>
    </div>
  );
}

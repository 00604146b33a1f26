import type { ShownFunction } from '../../shown-function.ts';
import type { ConfigChange } from '../section.ts';

export interface NetworkFields {
  readonly hasNetwork: boolean;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly isPublic: boolean;
  /** As it is stored, with what the page does not show. */
  readonly controller: Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readNetwork({ func_vpc: vpc, network_controller: controller }: ShownFunction['config']): NetworkFields {
  const vpcId = text(vpc?.vpc_id);
  return {
    hasNetwork: vpcId !== '',
    vpcId,
    subnetId: text(vpc?.subnet_id),
    isPublic: controller?.disable_public_network !== true,
    controller: controller ?? {},
  };
}

export const writeNetwork = ({ hasNetwork, vpcId, subnetId, isPublic, controller }: NetworkFields): ConfigChange => ({
  func_vpc: hasNetwork ? { vpc_id: vpcId, subnet_id: subnetId } : {},
  network_controller: { ...controller, disable_public_network: !isPublic },
});

import type { ErrorCode } from '@funcgraph/api';
import type { TriggerRules, TriggerSettings } from '../../control/index.ts';
import { type BrokerAddress, checkBrokers } from './broker-address.ts';
import { type BrokerPassword, sealPassword } from './broker-password.ts';

interface BrokerSettings extends TriggerSettings {
  readonly password: BrokerPassword | undefined;
}

/** Each holds a connection, and messages in memory. */
const MOST_OF_PROJECT = {
  kinds: ['RABBITMQ', 'KAFKA', 'OPENSOURCEKAFKA'],
  most: 20,
  name: 'triggers of message brokers',
};

/** The rules that triggers of all brokers share. `field` has the addresses. */
export function brokerRules<S extends BrokerSettings>(
  brokersOf: (settings: S) => readonly BrokerAddress[],
  where: { readonly field: string; readonly code: ErrorCode },
): Pick<TriggerRules<S>, 'forHttp' | 'mostOfProject' | 'checkSource' | 'sealed'> & { readonly forHttp: false } {
  return {
    forHttp: false,
    mostOfProject: MOST_OF_PROJECT,
    async checkSource(settings, _, { brokerHosts }) {
      checkBrokers(brokersOf(settings), brokerHosts, where);
    },
    sealed: (settings, sealer) =>
      settings.password === undefined ? settings : { ...settings, password: sealPassword(settings.password, sealer) },
  };
}

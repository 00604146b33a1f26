import { SandboxError } from '../instances/index.ts';

const refuse = async (): Promise<never> => {
  throw new SandboxError('NOT_SUPPORTED', 'the sandbox driver of this server has no networks and no file systems');
};

/** Replaces the agent where none exists. */
export const UNAVAILABLE_HOST = {
  openNetwork: refuse,
  closeNetwork: async (): Promise<void> => {},
  tryMount: refuse,
};

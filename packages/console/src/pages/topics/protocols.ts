/** Those that a subscription can be made with. */
export const PROTOCOLS = ['functiongraph', 'flow', 'https', 'http', 'email'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const FORMS = {
  functiongraph: /^urn:fss:\S+:function:\S+$/,
  flow: /^urn:fss:\S+:workflow:\S+$/,
  https: /^https:\/\/\S+$/i,
  http: /^http:\/\/\S+$/i,
  email: /^[^\s@/]+@[^\s@/]+$/,
} as const satisfies Record<Protocol, RegExp>;

export const isEndpoint = (protocol: Protocol, text: string): boolean => FORMS[protocol].test(text.trim());

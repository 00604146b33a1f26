import type { Check } from '../ingress/index.ts';
import type { SandboxCapabilities } from '../instances/index.ts';

/** Networks that functions can reach on this machine, for `doctor`. */
export function networkCheck({ networks, degraded }: SandboxCapabilities, egress: boolean): Check {
  const name = 'network';
  if (!networks) {
    return {
      name,
      ok: false,
      code: 'network.closed',
      detail:
        degraded.find((sentence) => sentence.includes('reach nothing')) ?? 'Functions reach nothing but themselves.',
      hint: 'Run the server as root, with the packages iproute2 and nftables, and restart it.',
    };
  }
  if (!egress) {
    const detail = 'functions reach their own network only (--egress off)';
    return { name, ok: true, code: 'network.own', detail };
  }
  const gap = degraded.find((sentence) => /look up names|firewall/.test(sentence));
  if (gap === undefined) return { name, ok: true, code: 'network.open', detail: 'functions reach the outside' };
  return {
    name,
    ok: false,
    code: 'network.gap',
    detail: gap,
    hint: 'Name servers that are not on this machine go to /etc/resolv.conf; forwarding is accepted by a rule for fg*.',
  };
}

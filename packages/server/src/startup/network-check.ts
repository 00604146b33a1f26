import type { Check } from '../ingress/index.ts';
import type { SandboxCapabilities } from '../instances/index.ts';

/** Networks that functions can reach on this machine, for `doctor`. */
export function networkCheck({ networks, degraded }: SandboxCapabilities, egress: boolean): Check {
  const name = 'network';
  if (!networks) {
    return {
      name,
      ok: false,
      detail:
        degraded.find((sentence) => sentence.includes('reach nothing')) ?? 'Functions reach nothing but themselves.',
      hint: 'Run the server as root, with the packages iproute2 and nftables, and restart it.',
    };
  }
  if (!egress) return { name, ok: true, detail: 'functions reach their own network only (--egress off)' };
  const gap = degraded.find((sentence) => /look up names|firewall/.test(sentence));
  if (gap === undefined) return { name, ok: true, detail: 'functions reach the outside' };
  return {
    name,
    ok: false,
    detail: gap,
    hint: 'Name servers that are not on this machine go to /etc/resolv.conf; forwarding is accepted by a rule for fg*.',
  };
}
